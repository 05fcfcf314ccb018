// One JSON object per line: KumoMTA's log records (type "Reception"), or the generic form (docs/whatif.md).
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/tls_silence.hpp"

namespace boost::json {
class object;
}

namespace postern::whatif {

class JsonLines : public LineSource {
 public:
  JsonLines(SourceSettings const& settings, ReceptionSink& sink)
      : LineSource(settings, sink), silence_(sink) {}
  std::string_view kind() const override { return kumomta_ ? "kumomta" : "json"; }
  static bool line_looks_like(std::string_view line) { return line.starts_with('{'); }

 protected:
  void line(std::string_view text) override;
  void ended() override { silence_.end(); }

 private:
  void kumomta_record(boost::json::object const& record, std::string_view text);
  void generic(boost::json::object const& record, std::string_view text);

  TlsSilence silence_;  // KumoMTA logs TLS from 2025.10 on
  bool kumomta_ = false;
};

inline constexpr ReaderEntry json_lines_reader{.format = Format::json_lines,
                                               .name = "json",
                                               .reads = "JSON lines: KumoMTA's, or those of docs/whatif.md",
                                               .line_looks_like = JsonLines::line_looks_like,
                                               .make = make_reader<JsonLines>};

}  // namespace postern::whatif

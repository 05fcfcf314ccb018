// One JSON object a line: KumoMTA's log records (type "Reception"), or the generic form (docs/whatif.md).
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/log_time.hpp"
#include "whatif/silence.hpp"

namespace boost::json {
class object;
}

namespace postern::whatif {

class JsonLines : public LineSource {
 public:
  JsonLines(SourceSettings const& settings, ArrivalSink& sink)
      : clock_(settings.reference, settings.utc_offset), sink_(sink), silence_(sink) {}
  std::string_view kind() const override { return kumomta_ ? "kumomta" : "json"; }

 protected:
  void line(std::string_view text) override;
  void ended() override { silence_.end(); }

 private:
  void reception(boost::json::object const& record, std::string_view text);
  void generic(boost::json::object const& record, std::string_view text);

  LogClock clock_;
  ArrivalSink& sink_;
  Silence silence_;  // KumoMTA tells of TLS since 2025.10
  bool kumomta_ = false;
};

}  // namespace postern::whatif

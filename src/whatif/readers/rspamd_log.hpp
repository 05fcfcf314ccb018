// rspamd's own log: one line for each message that it has judged. Its symbols tell whether the hop before the
// border used TLS, and its action whether the message is wanted.
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/reader_entry.hpp"

namespace postern::whatif {

class RspamdLog : public LineSource {
 public:
  using LineSource::LineSource;
  std::string_view kind() const override { return "rspamd"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void line(std::string_view text) override;
};

inline constexpr ReaderEntry rspamd_reader{.format = Format::rspamd,
                                           .name = "rspamd",
                                           .reads = "rspamd's log",
                                           .line_looks_like = RspamdLog::line_looks_like,
                                           .make = make_reader<RspamdLog>};

}  // namespace postern::whatif

// FortiMail's log: lines of key=value, in whose msg= sendmail speaks; session_id= joins them: its first
// part those of a session, the whole of it those of a message. Its statistics lines tell what became of a
// message, and whether it was taken for spam.
// Bounds: those of SendmailLog.
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/sendmail_log.hpp"

namespace postern::whatif {

class FortimailLog : public LineSource {
 public:
  FortimailLog(SourceSettings const& settings, ReceptionSink& sink)
      : LineSource(settings, sink), sendmail_(sink) {}
  std::string_view kind() const override { return "fortimail"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void line(std::string_view text) override;
  void ended() override { sendmail_.end(); }

 private:
  SendmailLog sendmail_;
};

inline constexpr ReaderEntry fortimail_reader{.format = Format::fortimail,
                                              .name = "fortimail",
                                              .reads = "FortiMail's log",
                                              .line_looks_like = FortimailLog::line_looks_like,
                                              .make = make_reader<FortimailLog>};

}  // namespace postern::whatif

// SmarterMail's log of incoming SMTP (YYYY.MM.DD-smtpLog.log): "TIME [client][session] cmd: ...", "rsp: ...".
// It has no words about handshakes: STARTTLS and its offer alone tell of TLS, and a session with TLS from the
// first byte looks like one whose server offers none, so that both are unknown.
// Bounds: those of TranscriptSource; 4 MiB of lines wait for the first date.
#pragma once

#include <string>
#include <vector>

#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/smartermail_dates.hpp"
#include "whatif/readers/transcript_source.hpp"

namespace postern::whatif {

class SmartermailLog : public TranscriptSource {
 public:
  SmartermailLog(SourceSettings const& settings, ReceptionSink& sink)
      : TranscriptSource(settings, sink), dates_(settings) {}
  std::string_view kind() const override { return "smartermail"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void row(std::string_view text) override;
  void rows_ended() override;

 private:
  void take(std::string_view text);  // a row whose day is known
  void take_waiting();
  void told(std::uint64_t key, std::string_view client, std::string_view text);
  void replied(std::uint64_t key, std::string_view text);
  void goes_on(std::string_view text);

  SmartermailDates dates_;
  std::vector<std::string> waiting_;  // rows before the first date
  std::size_t waiting_bytes_ = 0;
  std::optional<std::uint64_t>
      unfinished_;  // the session of the row before, a reply whose last line is to come
};

inline constexpr ReaderEntry smartermail_reader{.format = Format::smartermail,
                                                .name = "smartermail",
                                                .reads = "SmarterMail's log of incoming SMTP",
                                                .line_looks_like = SmartermailLog::line_looks_like,
                                                .make = make_reader<SmartermailLog>};

}  // namespace postern::whatif

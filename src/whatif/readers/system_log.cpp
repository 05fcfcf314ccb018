#include "whatif/readers/system_log.hpp"

#include "whatif/readers/exim_log.hpp"
#include "whatif/readers/opensmtpd_log.hpp"
#include "whatif/readers/postfix_log.hpp"
#include "whatif/readers/sendmail_log.hpp"

namespace postern::whatif {
namespace {

constexpr Instant far_future = from_micros(4'000'000'000'000'000);  // no log is of that time

}  // namespace

Dialects::Dialects(SourceSettings const& settings, SourceStats& stats, ReceptionSink& sink) {
  dialects_[postfix] = std::make_unique<PostfixLog>(settings, stats, sink);
  dialects_[sendmail] = std::make_unique<SendmailLog>(sink);
  dialects_[opensmtpd] = std::make_unique<OpensmtpdLog>(sink);
  dialects_[exim] = std::make_unique<EximLog>(sink, LogClock(settings.reference, settings.utc_offset));
}

Dialects::~Dialects() = default;

Dialects::Which Dialects::which(LogLine const& line) {
  if (line.program.starts_with("postfix/") || PostfixLog::speaks(line.program)) return postfix;
  if (SendmailLog::speaks(line.program)) return sendmail;
  if (line.program == "smtpd") return opensmtpd;
  if (line.program.starts_with("exim")) return exim;
  return count_;
}

bool Dialects::line(LogLine const& line) {
  auto const which = Dialects::which(line);
  if (which == count_) return false;
  ++lines_[which];
  dialects_[which]->line(line);
  return true;
}

void Dialects::end() {
  for (auto& dialect : dialects_) dialect->end();
}

std::string_view Dialects::kind() const {
  constexpr std::array<std::string_view, count_> names{"postfix", "sendmail", "opensmtpd", "exim"};
  std::string_view kind = "system log";
  int spoken = 0;
  for (std::size_t i = 0; i < count_; ++i)
    if (lines_[i] > 0) {
      kind = names[i];
      ++spoken;
    }
  return spoken > 1 ? "mixed" : kind;
}

SystemLog::SystemLog(SourceSettings settings, ReceptionSink& sink)
    : LineSource(settings, sink), settings_(std::move(settings)), dialects_(settings_, stats_, sink) {}

// "Note: text" is of the form, too: a time or a process id has to be there.
bool SystemLog::line_looks_like(std::string_view line) {
  LogClock clock(far_future, {});
  LogLine parsed;
  if (!parse_log_line(line, clock, parsed)) return false;
  bool const dated = clock.last() != far_future;
  return dated || parsed.pid != 0;
}

void SystemLog::line(std::string_view text) {
  LogLine parsed;
  if (parse_log_line(text, clock_, parsed))
    dialects_.line(parsed);
  else
    stats_.skip(text, "no line of a system log");
}

void SystemLog::ended() { dialects_.end(); }

}  // namespace postern::whatif

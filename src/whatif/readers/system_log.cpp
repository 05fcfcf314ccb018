#include "whatif/readers/system_log.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "whatif/readers/barracuda_log.hpp"
#include "whatif/readers/exim_log.hpp"
#include "whatif/readers/log_words.hpp"
#include "whatif/readers/opensmtpd_log.hpp"
#include "whatif/readers/postfix_log.hpp"
#include "whatif/readers/sendmail_log.hpp"
#include "whatif/readers/unreadable.hpp"

namespace postern::whatif {
namespace {

constexpr Instant far_future = from_micros(4'000'000'000'000'000);  // no log is of that time

}  // namespace

Dialects::Dialects(SourceSettings const& settings, SourceStats& stats, ReceptionSink& sink) : stats_(stats) {
  dialects_[postfix] = std::make_unique<PostfixLog>(settings, stats, sink, verdicts_);
  dialects_[sendmail] = std::make_unique<SendmailLog>(sink, &verdicts_);
  dialects_[opensmtpd] = std::make_unique<OpensmtpdLog>(sink);
  dialects_[exim] =
      std::make_unique<EximLog>(sink, LogClock(settings.reference, settings.utc_offset), verdicts_);
  dialects_[barracuda] = std::make_unique<BarracudaLog>(stats, sink);
}

Dialects::~Dialects() = default;

Dialects::Which Dialects::which(LogLine const& line) {
  if (BarracudaLog::speaks(line)) return barracuda;  // one of its programs is called outbound/smtp
  if (line.program.starts_with("postfix/") || PostfixLog::speaks(line.program) ||
      is_postfix_program(line.program))
    return postfix;
  if (SendmailLog::speaks(line)) return sendmail;
  if (line.program == "smtpd") return opensmtpd;
  if (line.program.starts_with("exim")) return exim;
  return count_;
}

bool Dialects::knows(LogLine const& line) {
  return which(line) != count_ ||
         (line.program.starts_with("postfix") && !postfix_daemon_of(line.text).empty());
}

void Dialects::give(Which dialect, LogLine const& line) {
  ++lines_[dialect];
  spoken_ = true;
  dialects_[dialect]->line(line);
}

bool Dialects::line(LogLine const& line) {
  auto const which = Dialects::which(line);
  if (which == count_ && verdicts_.take(line)) {
    if (!spoken_) count_other(line.program);
    return true;
  }
  if (which == count_) return of_postfix_unit(line);
  if (which == postfix && line.pid == 0 && line.program.ends_with("smtpd")) {
    auto of_client = line;
    of_client.pid = process_of_client(line.text);
    give(which, of_client);
  } else {
    give(which, line);
  }
  return true;
}

// journalctl -o with-unit names the unit, "postfix@-.service", for the program.
bool Dialects::of_postfix_unit(LogLine const& line) {
  auto const daemon = line.program.starts_with("postfix") ? postfix_daemon_of(line.text) : std::string_view();
  if (daemon.empty()) {
    if (!spoken_) count_other(line.program);
    return false;
  }
  auto const program = "postfix/" + std::string(daemon);
  auto named = line;
  named.program = program;
  give(postfix, named);
  return true;
}

void Dialects::count_other(std::string_view program) {
  constexpr std::size_t most_programs = 100;
  if (auto const known = others_.find(program); known != others_.end())
    ++known->second;
  else if (others_.size() < most_programs)
    others_.emplace(program, std::uint64_t{1});
}

void Dialects::end() {
  for (auto& dialect : dialects_) dialect->end();
  if (spoken_ || others_.empty()) return;
  auto const most = std::max_element(others_.begin(), others_.end(),
                                     [](auto const& a, auto const& b) { return a.second < b.second; });
  auto const* row = unreadable_program(most->first);
  if (row != nullptr)
    stats_.note("Not recognised: looks like a system log with lines of " + std::string(row->what) + ". " +
                std::string(row->why));
  else
    stats_.note("No line is of a mail server that is read. Most are of " + printable(most->first, 40) + ".");
}

std::string_view Dialects::kind() const {
  constexpr std::array<std::string_view, count_> names{"postfix", "sendmail", "opensmtpd", "exim",
                                                       "barracuda"};
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
  else if (!wrapped_line(text))
    stats_.skip(text, "no line of a system log");
}

// A line in a wrapping that the others do not have.
bool SystemLog::wrapped_line(std::string_view text) {
  auto const within = unwrapper_.take(text);
  LogLine parsed;
  if (!within || unwrapper_.last().empty() || !parse_log_line(*within, clock_, parsed)) return false;
  dialects_.line(parsed);
  return true;
}

void SystemLog::ended() { dialects_.end(); }

}  // namespace postern::whatif

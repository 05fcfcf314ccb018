#include "whatif/readers/recognise.hpp"

#include "base/ascii.hpp"
#include "whatif/readers/exchange_log.hpp"
#include "whatif/readers/exim_log.hpp"
#include "whatif/readers/generic_table.hpp"
#include "whatif/readers/haraka_log.hpp"
#include "whatif/readers/journal_export.hpp"
#include "whatif/readers/json_lines.hpp"
#include "whatif/readers/log_line.hpp"
#include "whatif/readers/mailbox.hpp"
#include "whatif/readers/opensmtpd_log.hpp"
#include "whatif/readers/system_log.hpp"

namespace postern::whatif {
namespace {

Instant const far_future = from_micros(4'000'000'000'000'000);

// Lines of the start that look like each of the line formats.
struct Votes {
  int system = 0, exim = 0, opensmtpd = 0, haraka = 0, json = 0, lines = 0;
};

bool looks_like_haraka(std::string_view line) {
  return line.find("] [core] ") != std::string_view::npos ||
         line.find("] [tls] ") != std::string_view::npos ||
         (line.find(" disconnect ip=") != std::string_view::npos &&
          line.find(" tls=") != std::string_view::npos) ||
         line.find("[NOTICE] [") != std::string_view::npos;
}

bool looks_like_session_id(std::string_view line) {
  if (line.size() < 18 || line[16] != ' ') return false;
  for (char const c : line.substr(0, 16))
    if (!is_digit(c) && !(c >= 'a' && c <= 'f')) return false;
  return true;
}

void vote(std::string_view line, Votes& votes) {
  ++votes.lines;
  LogClock clock(far_future, {});
  if (line.starts_with('{')) {
    ++votes.json;
  } else if (looks_like_session_id(line) || line.starts_with("info: OpenSMTPD")) {
    ++votes.opensmtpd;
  } else if (looks_like_haraka(line)) {
    ++votes.haraka;
  } else {
    auto rest = line;
    if (clock.take_iso(rest) && line[10] == ' ') {
      rest = trimmed(rest);
      // Exim names no program behind its time.
      LogLine parsed;
      bool const program = parse_log_line(line, clock, parsed) && parsed.pid != 0 &&
                           parsed.program.find('-') == std::string_view::npos;
      ++(program ? votes.system : votes.exim);
    } else if (LogLine parsed; parse_log_line(line, clock, parsed)) {
      bool const dated = clock.last() != far_future;  // "Note: text" alone is no line of a log
      if (dated || parsed.pid != 0) ++votes.system;
    }
  }
}

bool is_header_field(std::string_view line) {
  auto const colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  for (char const c : line.substr(0, colon))
    if (c <= ' ' || c > '~') return false;
  return true;
}

bool looks_like_message(std::string_view start) {
  auto const first = start.substr(0, start.find('\n'));
  if (!is_header_field(first)) return false;
  for (auto const name : {"Return-Path:", "Received:", "Delivered-To:", "From:", "Message-ID:",
                          "X-Original-To:", "Date:", "Subject:", "MIME-Version:", "DKIM-Signature:", "To:"})
    if (istarts_with(first, name)) return true;
  return start.find("\nReceived:") != std::string_view::npos;
}

}  // namespace

std::vector<FormatName> const& format_names() {
  static std::vector<FormatName> const names{
      {Format::system_log, "syslog", "a system log with Postfix, sendmail, OpenSMTPD or Exim in it"},
      {Format::journal, "journal", "journalctl -o export"},
      {Format::exim, "exim", "Exim's main log"},
      {Format::opensmtpd, "opensmtpd", "OpenSMTPD's own output"},
      {Format::haraka, "haraka", "Haraka's log"},
      {Format::exchange, "exchange", "Exchange's SMTP receive protocol log"},
      {Format::json_lines, "json", "JSON lines: KumoMTA's, or those of docs/whatif.md"},
      {Format::csv, "csv", "a table with the columns of docs/whatif.md"},
      {Format::mbox, "mbox", "a mailbox in one file"},
      {Format::message, "message", "one mail"},
      {Format::facts, "facts", "Postern's facts.db"}};
  return names;
}

std::optional<Format> parse_format(std::string_view name) {
  for (auto const& one : format_names())
    if (one.name == name) return one.format;
  return std::nullopt;
}

std::optional<Format> recognise(std::string_view start) {
  if (start.starts_with("SQLite format 3")) return Format::facts;
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
  if (start.starts_with("__CURSOR=") || start.starts_with("__REALTIME_TIMESTAMP=")) return Format::journal;
  if (start.starts_with("From ") && start.substr(0, start.find('\n')).find(':') != std::string_view::npos)
    return Format::mbox;
  if (start.starts_with("#Software: Microsoft Exchange") ||
      start.find("#Fields: date-time,connector-id,session-id") < 4096)
    return Format::exchange;
  if (GenericTable::is_header(start.substr(0, start.find('\n')))) return Format::csv;
  if (looks_like_message(start)) return Format::message;
  Votes votes;
  for (auto rest = start; !rest.empty() && votes.lines < 500;) {
    auto const end = rest.find('\n');
    auto line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) vote(line, votes);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  struct Candidate {
    int votes;
    Format format;
  };
  Candidate best{0, Format::system_log};
  for (auto const candidate :
       {Candidate{votes.system, Format::system_log}, Candidate{votes.exim, Format::exim},
        Candidate{votes.opensmtpd, Format::opensmtpd}, Candidate{votes.haraka, Format::haraka},
        Candidate{votes.json, Format::json_lines}})
    if (candidate.votes > best.votes) best = candidate;
  return best.votes > 0 ? std::optional(best.format) : std::nullopt;
}

bool is_tls_report(std::string_view start) {
  return start.find("\"organization-name\"") != std::string_view::npos &&
         start.find("\"policies\"") != std::string_view::npos;
}

std::unique_ptr<FactsSource> make_source(Format format, SourceSettings settings, ArrivalSink& sink) {
  switch (format) {
    case Format::system_log: return std::make_unique<SystemLog>(std::move(settings), sink);
    case Format::journal: return std::make_unique<JournalExport>(std::move(settings), sink);
    case Format::exim: return std::make_unique<EximMainLog>(settings, sink);
    case Format::opensmtpd: return std::make_unique<OpensmtpdOutput>(settings, sink);
    case Format::haraka: return std::make_unique<HarakaLog>(settings, sink);
    case Format::exchange: return std::make_unique<ExchangeLog>(settings, sink);
    case Format::json_lines: return std::make_unique<JsonLines>(settings, sink);
    case Format::csv: return std::make_unique<GenericTable>(settings, sink);
    case Format::mbox: return std::make_unique<Mbox>(std::move(settings), sink);
    case Format::message: return std::make_unique<MessageFile>(std::move(settings), sink);
    case Format::facts: break;
  }
  return nullptr;
}

}  // namespace postern::whatif

#include "whatif/readers/smartermail_log.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_bytes_before_a_date = 4 * 1024 * 1024;

struct SmartermailRow {
  std::string_view date;  // in front, of some copies
  Duration time{};        // of the day
  std::string_view client, session;
  std::string_view text;
};

// What stands in brackets at the start of `line`, taken off.
std::string_view take_bracketed(std::string_view& line) {
  auto const close = line.substr(0, 64).find(']');
  if (!line.starts_with('[') || close == std::string_view::npos) return {};
  auto const value = line.substr(1, close - 1);
  line.remove_prefix(close + 1);
  return value;
}

// "00:00:06.123 [192.0.2.1][34926254] cmd: EHLO x", also with "[2026.05.10] " in front
std::optional<SmartermailRow> smartermail_row(std::string_view line) {
  SmartermailRow row;
  if (line.starts_with('[')) {
    row.date = take_bracketed(line);
    if (row.date.size() != 10 || !line.starts_with(' ')) return std::nullopt;
    line.remove_prefix(1);
  }
  auto const time = take_time_of_day(line);
  if (!time || !line.starts_with(" [")) return std::nullopt;
  row.time = *time;
  line.remove_prefix(1);
  row.client = take_bracketed(line);
  row.session = take_bracketed(line);
  if (row.session.empty() || !log_address(row.client) || !line.starts_with(' ')) return std::nullopt;
  row.text = trimmed(line);
  return row;
}

// "connected at 1/25/2026 12:00:01 AM": the date.
std::string_view date_of_row(SmartermailRow const& row) {
  if (!row.date.empty()) return row.date;
  for (std::string_view const begin : {"connected at ", "disconnected at "})
    if (row.text.starts_with(begin)) return trimmed(row.text.substr(begin.size()));
  return {};
}

bool has_code_of_reply(std::string_view text) {
  return text.size() >= 3 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) &&
         (text.size() == 3 || text[3] == ' ' || text[3] == '-');
}

}  // namespace

// IMAP's and POP3's logs have the same form: what they do not have in common decides.
bool SmartermailLog::line_looks_like(std::string_view line) {
  auto const row = smartermail_row(line);
  if (!row) return false;
  if (row->text.starts_with("rsp: ")) return has_code_of_reply(row->text.substr(5));
  constexpr std::array<std::string_view, 6> commands{
      "cmd: EHLO ", "cmd: HELO ", "cmd: MAIL FROM:", "cmd: RCPT TO:", "cmd: STARTTLS", "cmd: DATA"};
  return std::any_of(commands.begin(), commands.end(),
                     [&](std::string_view command) { return istarts_with(row->text, command); });
}

void SmartermailLog::row(std::string_view text) {
  auto const row = smartermail_row(text);
  if (!row) return goes_on(text);
  if (dates_.knows_day()) return take(text);
  dates_.pass(row->time);
  if (auto const date = date_of_row(*row); !date.empty()) dates_.see(date, row->time);
  waiting_.emplace_back(text);
  waiting_bytes_ += text.size();
  if (!dates_.knows_day() && waiting_bytes_ >= most_bytes_before_a_date) dates_.take_reference();
  if (dates_.knows_day()) take_waiting();
}

void SmartermailLog::take_waiting() {
  auto const rows = std::exchange(waiting_, {});
  for (auto const& text : rows)
    if (smartermail_row(text))
      take(text);
    else
      goes_on(text);
}

void SmartermailLog::take(std::string_view text) {
  auto const row = smartermail_row(text);
  if (!row) return;
  unfinished_.reset();
  if (auto const date = date_of_row(*row); !date.empty()) dates_.see(date, row->time);
  set_now(dates_.at(row->time));
  told(hash_of(row->session, hash_of(row->client)), row->client, row->text);
}

void SmartermailLog::told(std::uint64_t key, std::string_view client, std::string_view text) {
  if (text.starts_with("disconnected at ")) return end_session(key);
  bool const is_reply = text.starts_with("rsp: ");
  bool const is_command = text.starts_with("cmd: ");
  auto* found = session(key);
  bool const is_greeting = text.starts_with("connected at ") ||
                           (text.starts_with("rsp: 220") && (!found || !found->has_asked_for_tls()));
  if (!found || (is_greeting && found->has_spoken())) {
    if (!is_reply && !is_command && !is_greeting) return;
    found = &begin_session(key, log_address(client));
  }
  if (is_greeting)
    found->is_whole = true;
  else if (is_command)
    found->command(now(), text.substr(5));
  else if (is_reply)
    replied(key, text.substr(5));
  else if (found->awaits_tls() && text.find("xception") != std::string_view::npos)
    found->tls_failed(text);
}

// The lines of a reply stand in one row without a mark between them ("250-host Hello [192.0.2.1]250-SIZE
// 31457280250-STARTTLS250 OK"), in rows of their own, or in lines that follow the row.
void SmartermailLog::replied(std::uint64_t key, std::string_view text) {
  auto* found = session(key);
  if (found == nullptr || !has_code_of_reply(text)) return;
  auto const code = text.substr(0, 3);
  bool const is_begun = text.size() > 3 && text[3] == '-';
  if (!is_begun) return found->reply(text, messages());
  auto const offers = [&](char mark) {
    return text.find(std::string(code) + mark + "STARTTLS") != std::string_view::npos;
  };
  if (offers('-') || offers(' ')) found->offers_tls();
  if (text.find(std::string(code) + " ") != std::string_view::npos)
    found->reply(std::string(code) + " ", messages());
  else
    unfinished_ = key;
}

void SmartermailLog::goes_on(std::string_view text) {
  bool const may_wait = !waiting_.empty() && waiting_bytes_ < most_bytes_before_a_date;
  if (!dates_.knows_day() && may_wait && has_code_of_reply(text)) {
    waiting_.emplace_back(text);
    waiting_bytes_ += text.size();
    return;
  }
  if (!unfinished_ || !has_code_of_reply(text))
    return stats_.skip(text, "no line of SmarterMail's log of incoming SMTP");
  auto const key = *unfinished_;
  unfinished_.reset();
  replied(key, text);
}

void SmartermailLog::rows_ended() {
  if (!dates_.knows_day() && !waiting_.empty()) {
    dates_.take_reference();
    take_waiting();
    stats_.note(
        "SmarterMail: no line has a date; the last one is taken to be of the day of the input's last "
        "change.");
  }
  if (dates_.was_ambiguous())
    stats_.note(
        "SmarterMail: some dates can be read with the month or with the day first; the one "
        "nearer to the input's last change was taken.");
  if (left_unknown() > 0)
    stats_.note(
        "SmarterMail: of " + std::to_string(left_unknown()) +
        " messages the log does not tell whether they came over TLS: STARTTLS was not offered in their "
        "sessions, so that TLS began with the first byte, or there was none.");
}

}  // namespace postern::whatif

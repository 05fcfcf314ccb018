#include "whatif/readers/mdaemon_log.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t weekday_size = 4, second_size = 19;  // "Thu ", "2019-03-14 00:00:17"
constexpr std::string_view accepting_words = "Accepting SMTP connection from ";

// What stands behind "Thu 2019-03-14 00:00:17.768: "; empty: no such line.
std::string_view mdaemon_text(std::string_view line) {
  bool const dated = line.size() > weekday_size + second_size && is_alpha(line[0]) && line[3] == ' ' &&
                     is_digit(line[4]) && line[8] == '-' && line[11] == '-' && line[14] == ' ' &&
                     line[17] == ':' && line[20] == ':';
  if (!dated) return {};
  auto rest = line.substr(weekday_size + second_size);
  if (rest.starts_with('.'))
    rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
  if (!rest.starts_with(": ")) return {};
  return rest.substr(2);
}

// "05: " of newer versions, and "[6144:1] ", which is given: the session.
std::string_view take_mdaemon_session(std::string_view& text) {
  std::string_view session;
  if (text.size() > 4 && is_digit(text[0]) && is_digit(text[1]) && text.substr(2, 2) == ": ")
    text.remove_prefix(4);
  auto const close = text.find("] ");
  if (text.starts_with('[') && close != std::string_view::npos &&
      text.substr(1, close - 1).find_first_not_of("0123456789:") == std::string_view::npos) {
    session = text.substr(1, close - 1);
    text.remove_prefix(close + 2);
  }
  return session;
}

// A command that POP3 and IMAP do not have, in the direction of sessions that come in; those that go out have
// replies behind "<-- ".
bool is_command_row(std::string_view text) {
  constexpr std::array<std::string_view, 7> verbs{"EHLO", "HELO", "MAIL", "RCPT", "DATA", "BDAT", "STARTTLS"};
  if (!text.starts_with("<-- ")) return false;
  auto const word = text.substr(4, text.find(' ', 4) - 4);
  return std::any_of(verbs.begin(), verbs.end(), [&](std::string_view verb) { return iequals(word, verb); });
}

bool is_reply_row(std::string_view text) {
  return text.starts_with("--> ") && text.size() > 7 && is_digit(text[4]) && is_digit(text[5]) &&
         is_digit(text[6]) && (text[7] == ' ' || text[7] == '-');
}

struct MdaemonEndpoint {
  std::optional<IpAddress> address;
  std::uint64_t port = 0;
};

// "[192.0.2.1:34306]", "192.0.2.1:34306", "[2001:db8::1]:34306", "[[2001:db8::1]:34306]"
MdaemonEndpoint mdaemon_endpoint(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) return {.address = log_address(text)};
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) host = host.substr(1, host.size() - 2);
  return {.address = log_address(host), .port = number_in(text.substr(colon + 1))};
}

bool ends_mdaemon_session(std::string_view text) {
  return text.starts_with("SMTP session successful") || text.starts_with("SMTP session terminated") ||
         text.starts_with("SMTP session abandoned") || text.starts_with("---------");
}

}  // namespace

bool MdaemonLog::line_looks_like(std::string_view line) {
  auto text = mdaemon_text(line);
  take_mdaemon_session(text);
  return text.starts_with(accepting_words) || is_command_row(text) || is_reply_row(text);
}

void MdaemonLog::row(std::string_view text) {
  auto told_text = mdaemon_text(text);
  auto written = text.substr(std::min(weekday_size, text.size()));
  auto const at = told_text.empty() ? std::nullopt : clock_.take_iso(written);
  if (!at) {  // "START Event Log / MDaemon PRO v18.0.1, ...", "Event Time/Date   Event Description", rules
    bool const is_frame = text.starts_with("-----") || text.starts_with("START Event Log") ||
                          text.starts_with("STOP Event Log") || text.starts_with("Event Time/Date") ||
                          trimmed(text).empty();
    if (!is_frame) stats_.skip(text, "no line of MDaemon's log");
    return;
  }
  set_now(*at);
  auto const id = take_mdaemon_session(told_text);
  told(hash_of(id), told_text);
}

// "Accepting SMTP connection from [192.0.2.1:34306] to [192.0.2.25:25]"
void MdaemonLog::began(std::uint64_t key, std::string_view text) {
  auto const from = between(text, accepting_words, ' ');
  auto const to = between(text, " to ", ' ');
  auto const port = mdaemon_endpoint(to).port;
  auto& session = begin_session(key, mdaemon_endpoint(from).address);
  session.is_whole = true;
  // With TLS from the first byte there is a line about it before the greeting.
  session.facts.tls.used = port == 465 ? Tristate::unknown : Tristate::no;
  if (port == 465 || port == 587) session.facts.origin = Origin::authenticated;
  ++begun_;
}

void MdaemonLog::told(std::uint64_t key, std::string_view text) {
  if (text.starts_with(accepting_words)) return began(key, text);
  if (text.starts_with("Session ") || ends_mdaemon_session(text)) return end_session(key);
  auto* found = session(key);
  if (found == nullptr) {
    if (!is_command_row(text) && !is_reply_row(text)) return;
    found = &begin_session(key, std::nullopt);  // its beginning is not in the log
  }
  if (text.starts_with("<-- ")) {
    ++commands_;
    found->command(now(), text.substr(4));
  } else if (text.starts_with("--> ")) {
    found->reply(text.substr(4), messages());
  } else if (text.starts_with("SSL negotiation successful")) {
    found->tls_established(tls_version_name(between(text, "(", ',')));
  } else if (text.starts_with("SSL negotiation failed") || text.starts_with("SSL error") ||
             text.starts_with("* SSL error") || text.starts_with("*  SSL error")) {
    found->tls_failed(trimmed(text.substr(text.find("SSL"))));
  }
}

void MdaemonLog::rows_ended() {
  if (begun_ > 0 && commands_ == 0)
    stats_.note(
        "MDaemon: the log has sessions without what was said in them, so that no message can be seen. "
        "Set its log mode to detailed mail sessions.");
  if (left_unknown() > 0)
    stats_.note(
        "MDaemon: of " + std::to_string(left_unknown()) +
        " messages the log does not tell whether they came over TLS: the beginnings of their sessions "
        "are not in it.");
}

}  // namespace postern::whatif

// AUTH, on listeners for our own users, under TLS only (RFC 4954, RFC 4616).
#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "dialogue/server_dialogue.hpp"

namespace postern::dialogue {
namespace {

constexpr std::uint32_t most_failures = 3;     // in a connection
constexpr auto ask_user = "VXNlcm5hbWU6";      // "Username:"
constexpr auto ask_password = "UGFzc3dvcmQ6";  // "Password:"

}  // namespace

bool ServerDialogue::offers_auth() const {
  return policy_->logins && facts_.connection.role == policy::ListenerRole::submission && facts_.over_tls() &&
         facts_.connection.login.empty();
}

Step ServerDialogue::on_auth(std::string_view argument) {
  if (!facts_.connection.login.empty()) return bad(503, {5, 5, 1}, "You are logged in");
  bool const here = policy_->logins && facts_.connection.role == policy::ListenerRole::submission;
  if (here && !facts_.over_tls()) return bad(538, {5, 7, 11}, "Start TLS first");
  if (!offers_auth()) return bad(502, {5, 5, 1}, "AUTH is not offered");
  auto const mechanism = argument.substr(0, argument.find(' '));
  auto const initial = trimmed(argument.substr(mechanism.size()));
  credentials_ = {};
  if (iequals(mechanism, "PLAIN")) {
    if (!initial.empty()) return take_plain(initial);
    auth_ = Auth::plain;
    return say(334, {}, "");
  }
  if (!iequals(mechanism, "LOGIN")) return bad(504, {5, 5, 4}, "PLAIN and LOGIN are the mechanisms");
  auth_ = Auth::login_user;
  if (!initial.empty()) return on_auth_line(initial);
  return say(334, {}, ask_user);
}

// Everything on the line is the client's answer, whatever it looks like.
Step ServerDialogue::on_auth_line(std::string_view line) {
  auto const answers = std::exchange(auth_, Auth::none);
  if (line == "*") return bad(501, {5, 7, 0}, "AUTH is cancelled");
  if (answers == Auth::plain) return take_plain(line);
  auto text = decode_base64(line);
  if (!text) return bad(501, {5, 5, 2}, "That is not base64");
  if (answers == Auth::login_user) {
    credentials_.user = std::move(*text);
    auth_ = Auth::login_password;
    return say(334, {}, ask_password);
  }
  credentials_.password = std::move(*text);
  return {std::nullopt, Then::ask_login};
}

// message = [authzid] NUL authcid NUL passwd                            RFC 4616 section 2
Step ServerDialogue::take_plain(std::string_view text) {
  auto const message = decode_base64(text == "=" ? "" : text);
  auto const first = message ? message->find('\0') : std::string::npos;
  auto const second = first == std::string::npos ? first : message->find('\0', first + 1);
  if (second == std::string::npos) return bad(501, {5, 5, 2}, "That is not what PLAIN asks for");
  credentials_.user = message->substr(first + 1, second - first - 1);
  credentials_.password = message->substr(second + 1);
  bool const other = first > 0 && message->substr(0, first) != credentials_.user;
  if (other) return bad(535, {5, 7, 8}, "Nobody may act for somebody else");
  return {std::nullopt, Then::ask_login};
}

Step ServerDialogue::on_login(bool good) {
  auto const user = std::exchange(credentials_, {}).user;
  if (good) {
    facts_.connection.login = user;
    return say(235, {2, 7, 0}, "Authentication successful");
  }
  if (++failed_logins_ < most_failures) return bad(535, {5, 7, 8}, "Authentication credentials invalid");
  return send_away("Too many failed logins");
}

Step ServerDialogue::on_login_refused() {
  credentials_ = {};
  return send_away("Too many failed logins lately, try again in some minutes");
}

}  // namespace postern::dialogue

// What a line tells of its session.
#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"
#include "whatif/readers/postfix_join.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_refusals = 100;  // kept of one session

std::string_view without_last_dot(std::string_view name) {
  return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

// What the server answered: behind "from H[IP]: " or "from [IP]:port: ", or a filter before the queue: behind
// "END-OF-MESSAGE: ". What cleanup rejects quotes the message before the answer, which stands behind the HELO
// name.
std::string_view answer_in(std::string_view text) {
  auto behind = text.find(']');
  if (text.starts_with("proxy-reject: ")) behind = std::string_view("proxy-reject: ").size();
  if (text.starts_with("reject: header ") || text.starts_with("reject: body ") ||
      text.starts_with("reject: content "))
    behind = text.rfind("helo=<");
  auto const colon = text.find(": ", behind == std::string_view::npos ? 0 : behind);
  return colon == std::string_view::npos ? std::string_view() : text.substr(colon + 2);
}

std::uint16_t reply_code_of(std::string_view answer) {
  auto const code = number_in(answer);
  if (code == 4 || code == 5) return static_cast<std::uint16_t>(code * 100 + 50);  // an enhanced code alone
  return code >= 400 && code <= 599 ? static_cast<std::uint16_t>(code) : std::uint16_t{0};
}

bool asks_for_tls(std::string_view answer) {
  auto const words = answer.find_first_not_of("0123456789. ");
  if (words == std::string_view::npos) return false;
  answer.remove_prefix(words);
  return answer.starts_with("Session encryption is required") ||
         answer.starts_with("Must issue a STARTTLS command first");
}

}  // namespace

void PostfixJoin::Session::set_peer(std::string_view text) {
  if (has_client) return;
  auto const peer = bracketed_peer(text);
  if (!peer) return;
  client = peer->address;
  has_client = true;
  name = without_last_dot(peer->name);
}

void PostfixJoin::Session::set_client(std::string_view text) {
  auto const peer = bracketed_peer(text);
  if (!peer) return;
  if (has_client && peer->address == client) return;
  via_front = via_front || has_client;
  client = peer->address;
  has_client = true;
  name = without_last_dot(peer->name);
}

void PostfixJoin::Session::tls_failed(std::string_view why) {
  if (tls.used == Tristate::yes) return;
  if (tls.failure.empty() || tls.failure == "handshake failed")
    tls.failure = why.empty() ? std::string("handshake failed") : printable(why, 120);
}

// "reject_warning: RCPT from H[IP]: 450 4.7.1 Session encryption is required; ..."
void PostfixJoin::Session::warned(std::string_view text) {
  if (asks_for_tls(answer_in(text)) && tls.used == Tristate::unknown) tls.used = Tristate::no;
}

// "reject: RCPT from H[IP]: 454 4.7.1 <x>: Relay access denied; from=<a> to=<b> proto=ESMTP helo=<c>", a
// milter's "milter-reject: END-OF-MESSAGE from H[IP]: 5.7.1 ...", cleanup's "reject: header ...: 5.7.1 ...".
void PostfixJoin::Session::refused(std::string_view text) {
  auto const sender = angle_path(text, " from=");
  if (!sender) {
    if (text.find("MAIL from ") < 20) mail_refused = true;
    return;  // CONNECT, HELO: nothing that was a message yet
  }
  mail_refused = true;
  if (sender->starts_with("double-bounce@")) return;  // another Postfix asks whether an address exists
  if (refusals.size() >= most_refusals) return;
  for (auto const& known : refusals)
    if (known.sender == *sender) return;  // further recipients of the same message
  auto const answer = answer_in(text);
  bool const for_want_of_tls = asks_for_tls(answer);
  if (for_want_of_tls && tls.used == Tristate::unknown) tls.used = Tristate::no;
  helo = angle_path(text, " helo=").value_or(std::string_view());
  refusals.push_back({.sender = std::string(*sender),
                      .recipient = std::string(angle_path(text, " to=").value_or(std::string_view())),
                      .code = reply_code_of(answer),
                      .for_want_of_tls = for_want_of_tls});
}

}  // namespace postern::whatif

// What a line tells of its session.
#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"
#include "whatif/readers/postfix_join.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_refusals = 100;  // kept of one session

}  // namespace

void PostfixJoin::Session::set_peer(std::string_view text) {
  if (has_client) return;
  auto const peer = bracketed_peer(text);
  if (!peer) return;
  client = peer->address;
  has_client = true;
  name = peer->name;
}

void PostfixJoin::Session::tls_failed(std::string_view why) {
  if (tls.used == Tristate::yes) return;
  if (tls.failure.empty() || tls.failure == "handshake failed")
    tls.failure = why.empty() ? std::string("handshake failed") : printable(why, 120);
}

// "reject: RCPT from H[IP]: 454 4.7.1 <x>: Relay access denied; from=<a> to=<b> proto=ESMTP helo=<c>", a
// milter's "milter-reject: END-OF-MESSAGE from H[IP]: 5.7.1 ...", cleanup's "reject: header ...: 5.7.1 ...".
void PostfixJoin::Session::refused(std::string_view text) {
  if (refusals.size() >= most_refusals) return;
  auto const sender = angle_path(text, " from=");
  if (!sender) return;  // CONNECT, HELO: nothing that was a message yet
  for (auto const& known : refusals)
    if (known.sender == *sender) return;  // further recipients of the same message
  auto const bracket = text.find(']');
  auto const colon = text.find(": ", bracket == std::string_view::npos ? 0 : bracket);
  auto code = colon == std::string_view::npos ? 0 : number_in(text.substr(colon + 2));
  if (code == 0)
    if (auto const last = text.rfind(": "); last != std::string_view::npos)
      code = number_in(text.substr(last + 2));
  if (code == 4 || code == 5) code = code * 100 + 50;  // an enhanced status code alone
  if (code > 599) code = 0;
  bool const for_want_of_tls = text.find("Session encryption is required") != std::string_view::npos ||
                               text.find("Must issue a STARTTLS command first") != std::string_view::npos;
  if (for_want_of_tls && tls.used == Tristate::unknown) tls.used = Tristate::no;
  helo = angle_path(text, " helo=").value_or(std::string_view());
  refusals.push_back({.sender = std::string(*sender),
                      .recipient = std::string(angle_path(text, " to=").value_or(std::string_view())),
                      .code = static_cast<std::uint16_t>(code),
                      .for_want_of_tls = for_want_of_tls});
}

}  // namespace postern::whatif

// STARTTLS, and what it makes forgotten (RFC 3207).
#include "dialogue/server_dialogue.hpp"

namespace postern::dialogue {

using policy::ConnectionEnd;
using policy::Stage;

Step ServerDialogue::on_starttls(std::string_view argument) {
  auto const& tls = facts_.connection.tls;
  if (!argument.empty()) return bad(501, {5, 5, 4}, "STARTTLS takes no argument");
  if (facts_.over_tls()) return bad(503, {5, 5, 1}, "TLS is already on");
  if (!tls.offered) return bad(502, {5, 5, 1}, "STARTTLS is not offered");
  facts_.connection.tls.requested = true;
  return {std::nullopt, Then::start_tls};
}

wire::Reply ServerDialogue::on_tls_ready() { return {220, {2, 0, 0}, "Ready to start TLS"}; }

Step ServerDialogue::on_tls_unavailable() {
  return say(454, {4, 7, 0}, "TLS is not available now, try again later");  // RFC 3207 section 4
}

void ServerDialogue::on_injected(std::size_t bytes) {
  facts_.connection.tls.injected += static_cast<std::uint32_t>(bytes);
}

Step ServerDialogue::on_tls(policy::TlsFacts const& tls, Instant now) {
  auto const before = facts_.connection.tls;
  facts_.connection.tls = tls;
  facts_.connection.tls.offered = before.offered;
  facts_.connection.tls.offers_withheld = before.offers_withheld;
  facts_.connection.tls.requested = true;
  facts_.connection.tls.injected = before.injected;
  if (tls.state != policy::TlsState::established) {
    on_end(ConnectionEnd::tls_failed, now);
    return {std::nullopt, Then::close};
  }
  // RFC 3207 section 4.2: nothing the client said before the handshake counts any more.
  forget_transaction();
  facts_.connection.helo.clear();
  facts_.connection.greeting = policy::Greeting::none;
  facts_.stage = Stage::connect;
  state_ = State::start;
  return {};
}

}  // namespace postern::dialogue

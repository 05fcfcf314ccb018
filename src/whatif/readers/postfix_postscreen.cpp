// postscreen and the tlsproxy that does its TLS: what they refuse by themselves, joined by address and port.
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"
#include "whatif/readers/postfix_log.hpp"

namespace postern::whatif {
namespace {

// "[192.0.2.1]:1234 ..." cut behind the port
std::string_view address_and_port(std::string_view text) {
  auto const close = text.find("]:");
  if (close == std::string_view::npos) return text;
  return text.substr(0, std::min(text.find_first_not_of("0123456789", close + 2), text.size()));
}

}  // namespace

std::uint64_t PostfixLog::peer_key(std::string_view peer) const {
  return hash_of(address_and_port(peer), program_->scope + 1);
}

void PostfixLog::postscreen(LogLine const& line) {
  auto const text = line.text;
  if (text.starts_with("CONNECT from ")) {
    auto& session = opened(peer_key(text.substr(13)), line.at);
    session.whole = true;
    session.set_peer(text.substr(13));
  } else if (text.starts_with("NOQUEUE: reject: RCPT from ")) {
    auto& session = at(peer_key(text.substr(27)), line.at);
    session.set_peer(text.substr(27));
    session.refused(text);
  } else if (text.starts_with("DISCONNECT ") || text.starts_with("PASS NEW ") ||
             text.starts_with("PASS OLD ")) {
    auto const key = peer_key(text.substr(text.starts_with("PASS") ? 9 : 11));
    auto* session = join_.find(key);
    if (session == nullptr) return;
    // smtpd logs what becomes of a client that is passed on to it. Of one that only postscreen saw it is not
    // known whether it can use TLS.
    if (session->tls.used == Tristate::unknown && session->refusals.empty()) session->has_client = false;
    join_.close(key, line.at, {});
  }
}

// "Anonymous TLS connection established from [ip]:port: ...", "TLS handshake failed for service=smtp
// peer=[ip]:port"
void PostfixLog::tlsproxy(LogLine const& line) {
  auto const text = line.text;
  auto const from = text.find(" from [");
  bool const established = from != std::string_view::npos && text.find("TLS connection ") < from;
  auto const peer =
      established ? text.substr(from + 6) : between(text, "TLS handshake failed for service=smtp peer=", ' ');
  if (peer.empty()) return;
  auto& session = at(peer_key(peer), line.at);
  session.set_peer(peer);
  if (established)
    tls_line(session, text);
  else
    session.tls_failed({});
}

}  // namespace postern::whatif

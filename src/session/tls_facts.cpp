#include "session/tls_facts.hpp"

#include "policy/starttls_offer.hpp"

namespace postern::session {
namespace {

policy::ClientCertificate to_fact(net::PeerCertificate certificate) {
  switch (certificate) {
    case net::PeerCertificate::not_asked: return policy::ClientCertificate::not_asked;
    case net::PeerCertificate::none: return policy::ClientCertificate::none;
    case net::PeerCertificate::self_signed: return policy::ClientCertificate::self_signed;
    case net::PeerCertificate::untrusted: return policy::ClientCertificate::untrusted;
    case net::PeerCertificate::expired: return policy::ClientCertificate::expired;
    case net::PeerCertificate::trusted: return policy::ClientCertificate::trusted;
  }
  return policy::ClientCertificate::not_asked;
}

}  // namespace

policy::TlsFacts to_facts(net::TlsInfo const& info) {
  policy::TlsFacts facts;
  facts.state = policy::TlsState::established;
  facts.client_certificate = to_fact(info.peer_certificate);
  facts.resumed = info.resumed;
  facts.version = info.version;
  facts.cipher = info.cipher;
  facts.group = info.group;
  facts.sni = info.sni;
  facts.spki_sha256 = info.spki_sha256;
  facts.certificate_names = info.peer_names;
  return facts;
}

policy::TlsFacts to_failure(net::IoError const& error, bool timed_out) {
  policy::TlsFacts facts;
  facts.state = policy::TlsState::failed;
  facts.failure = timed_out              ? "no handshake in time"
                  : error.detail.empty() ? error.code.message()
                                         : error.detail;
  facts.distrusts_us = error.alert && policy::is_distrust(*error.alert);
  return facts;
}

}  // namespace postern::session

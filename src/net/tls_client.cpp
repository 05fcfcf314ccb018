#include "net/tls_client.hpp"

#include <openssl/x509v3.h>

#include <algorithm>

#include "base/hex.hpp"
#include "base/ip_address.hpp"
#include "net/tls_context.hpp"

namespace postern::net {
namespace {

constexpr char const* opportunistic_ciphers = "HIGH:MEDIUM:!aNULL:!eNULL:!PSK:!SRP";

ServerCertificate to_certificate(long result, X509* certificate) {
  if (certificate == nullptr) return ServerCertificate::none;
  switch (result) {
    case X509_V_OK: return ServerCertificate::trusted;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: return ServerCertificate::expired;
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
    case X509_V_ERR_HOSTNAME_MISMATCH: return ServerCertificate::wrong_name;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return ServerCertificate::self_signed;
    default: return ServerCertificate::untrusted;
  }
}

std::string certificate_sha256(X509* certificate) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (::X509_digest(certificate, ::EVP_sha256(), digest.data(), &length) != 1) return {};
  return hex({digest.data(), length});
}

bool known(X509* certificate, std::vector<std::string> const& fingerprints) {
  auto const is = [&](std::string const& digest) {
    return std::find(fingerprints.begin(), fingerprints.end(), digest) != fingerprints.end();
  };
  return certificate != nullptr && (is(certificate_sha256(certificate)) || is(spki_sha256(certificate)));
}

std::string why_not(Proof asked, X509* certificate, long result) {
  if (certificate == nullptr) return "the server has shown no certificate";
  if (asked == Proof::fingerprint) return "the certificate is none of those expected";
  if (result == X509_V_OK) return "the certificate proves nothing of what was asked for";
  return ::X509_verify_cert_error_string(result);
}

bool set_names(SSL* ssl, ClientTlsPlan const& plan) {
  if (plan.names.empty()) return plan.proof != Proof::name;  // a proof of no name would be anybody's
  if (auto const address = IpAddress::parse(plan.names.front()))
    return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), address->print().c_str()) == 1;
  bool good = SSL_set_tlsext_host_name(ssl, plan.names.front().c_str()) == 1;
  ::SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  for (auto const& name : plan.names) good = good && ::SSL_add1_host(ssl, name.c_str()) == 1;
  return good;
}

bool set_tlsa(SSL* ssl, ClientTlsPlan const& plan) {
  if (plan.names.empty() || ::SSL_dane_enable(ssl, plan.names.front().c_str()) <= 0) return false;
  ::SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);  // RFC 7672 section 3.1.1
  bool any = false;
  for (auto const& record : plan.tlsa)
    any = ::SSL_dane_tlsa_add(ssl, record.usage, record.selector, record.matching,
                              reinterpret_cast<unsigned char const*>(record.data.data()),
                              record.data.size()) > 0 ||
          any;
  return any;
}

}  // namespace

std::string_view print(ServerCertificate value) {
  switch (value) {
    case ServerCertificate::none: return "none";
    case ServerCertificate::self_signed: return "self-signed";
    case ServerCertificate::untrusted: return "untrusted";
    case ServerCertificate::expired: return "expired";
    case ServerCertificate::wrong_name: return "wrong-name";
    case ServerCertificate::trusted: return "trusted";
  }
  return {};
}

Result<std::shared_ptr<TlsClient const>, std::string> TlsClient::make(std::string const& ca_file,
                                                                      std::string const& certificate,
                                                                      std::string const& key) {
  auto made = std::make_shared<TlsClient>();
  made->context_.reset(::SSL_CTX_new(::TLS_client_method()));
  auto* ctx = made->context_.get();
  ::SSL_CTX_set_security_level(ctx, 0);
  ::SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
  ::SSL_CTX_set_cipher_list(ctx, opportunistic_ciphers);
  ::SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                 SSL_OP_LEGACY_SERVER_CONNECT);
  ::SSL_CTX_set_mode(
      ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, nullptr);  // looked at, and judged afterwards
  if (::SSL_CTX_dane_enable(ctx) != 1) return fail("DANE: " + last_openssl_error());
  int const trusts = ca_file.empty() ? ::SSL_CTX_set_default_verify_paths(ctx)
                                     : ::SSL_CTX_load_verify_locations(ctx, ca_file.c_str(), nullptr);
  if (trusts != 1) return fail("send.ca_file = \"" + ca_file + "\": " + last_openssl_error());
  if (certificate.empty()) return std::shared_ptr<TlsClient const>(std::move(made));
  if (::SSL_CTX_use_certificate_chain_file(ctx, certificate.c_str()) != 1)
    return fail("send.certificate = \"" + certificate + "\": " + last_openssl_error());
  if (::SSL_CTX_use_PrivateKey_file(ctx, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return fail("send.key = \"" + key + "\": " + last_openssl_error());
  return std::shared_ptr<TlsClient const>(std::move(made));
}

Result<OpensslPtr<SSL>, std::string> TlsClient::new_session(int fd, ClientTlsPlan const& plan) const {
  OpensslPtr<SSL> ssl(::SSL_new(context_.get()));
  if (!ssl || ::SSL_set_fd(ssl.get(), fd) != 1) return fail(last_openssl_error());
  if (plan.only) {
    ::SSL_set_min_proto_version(ssl.get(), openssl_version(*plan.only));
    ::SSL_set_max_proto_version(ssl.get(), openssl_version(*plan.only));
  }
  if (plan.modern) ::SSL_set_min_proto_version(ssl.get(), TLS1_2_VERSION);
  bool const set = (plan.proof != Proof::dane || set_tlsa(ssl.get(), plan)) && set_names(ssl.get(), plan);
  if (!set) return fail(last_openssl_error());
  ::SSL_set_connect_state(ssl.get());
  return ssl;
}

ServerProof judge(SSL* session, ClientTlsPlan const& plan) {
  auto* certificate = ::SSL_get0_peer_certificate(session);
  long const result = ::SSL_get_verify_result(session);
  ServerProof proof;
  proof.certificate = to_certificate(result, certificate);
  proof.asked = plan.proof;
  bool const chain = certificate != nullptr && result == X509_V_OK;
  switch (plan.proof) {
    case Proof::none: return proof;
    case Proof::fingerprint:
      if (known(certificate, plan.fingerprints)) proof.proved = Proof::fingerprint;
      break;
    case Proof::name:
      if (chain) proof.proved = Proof::name;
      break;
    case Proof::dane:
      if (chain && ::SSL_get0_dane_authority(session, nullptr, nullptr) >= 0) proof.proved = Proof::dane;
      if (result == X509_V_ERR_DANE_NO_MATCH) proof.certificate = ServerCertificate::untrusted;
      break;
  }
  if (!proof.as_asked()) proof.problem = why_not(plan.proof, certificate, result);
  return proof;
}

}  // namespace postern::net

#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace postern::net {
namespace {

constexpr std::size_t most_peer_names = 20;

// Whatever a client shows is taken; what it is worth is in SSL_get_verify_result, and resumed with the
// session.
int take_any(int, X509_STORE_CTX*) { return 1; }

Result<OpensslPtr<SSL_CTX>, std::string> make_context(TlsSettings const& settings, TicketKeys& tickets) {
  OpensslPtr<SSL_CTX> context(::SSL_CTX_new(::TLS_server_method()));
  auto* ctx = context.get();
  ::SSL_CTX_set_security_level(ctx, 0);  // opportunistic: a weak key or signature still beats the clear
  ::SSL_CTX_set_min_proto_version(ctx, openssl_version(settings.min_version));
  ::SSL_CTX_set_max_proto_version(ctx, openssl_version(settings.max_version));
  ::SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
  ::SSL_CTX_set_mode(
      ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_num_tickets(ctx, 1);
  constexpr unsigned char id_context[] = "postern";
  ::SSL_CTX_set_session_id_context(ctx, id_context, sizeof id_context - 1);
  if (::SSL_CTX_set_cipher_list(ctx, settings.ciphers.c_str()) != 1)
    return fail("tls.ciphers = \"" + settings.ciphers + "\": " + last_openssl_error());
  if (SSL_CTX_set1_groups_list(ctx, settings.groups.c_str()) != 1)
    return fail("tls.groups = \"" + settings.groups + "\": " + last_openssl_error());
  if (settings.client_certificates == ClientCertificates::ask) {
    ::SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, &take_any);
    ::X509_VERIFY_PARAM_set_purpose(::SSL_CTX_get0_param(ctx), X509_PURPOSE_ANY);
    int const trusts = settings.ca_file.empty()
                           ? ::SSL_CTX_set_default_verify_paths(ctx)
                           : ::SSL_CTX_load_verify_locations(ctx, settings.ca_file.c_str(), nullptr);
    if (trusts != 1) return fail("tls.ca_file = \"" + settings.ca_file + "\": " + last_openssl_error());
  }
  tickets.install(ctx);
  return context;
}

PeerCertificate judge(SSL* ssl, X509* certificate) {
  if ((::SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) == 0) return PeerCertificate::not_asked;
  if (certificate == nullptr) return PeerCertificate::none;
  switch (::SSL_get_verify_result(ssl)) {
    case X509_V_OK: return PeerCertificate::trusted;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: return PeerCertificate::expired;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return PeerCertificate::self_signed;
    default: break;
  }
  return ::X509_self_signed(certificate, 0) == 1 ? PeerCertificate::self_signed : PeerCertificate::untrusted;
}

std::string certificate_digest(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (::X509_digest(certificate, ::EVP_sha256(), digest.data(), &length) != 1) return {};
  return std::string(digest.begin(), digest.begin() + static_cast<std::ptrdiff_t>(length));
}

}  // namespace

int openssl_version(TlsVersion version) {
  switch (version) {
    case TlsVersion::v1_0: return TLS1_VERSION;
    case TlsVersion::v1_1: return TLS1_1_VERSION;
    case TlsVersion::v1_2: return TLS1_2_VERSION;
    case TlsVersion::v1_3: return TLS1_3_VERSION;
  }
  return TLS1_2_VERSION;
}

Result<std::shared_ptr<TlsContext const>, std::string> TlsContext::make(TlsSettings const& settings,
                                                                        TicketKeys& tickets) {
  if (settings.certificate.size() != settings.key.size())
    return fail("tls.certificate names " + std::to_string(settings.certificate.size()) + " files, tls.key " +
                std::to_string(settings.key.size()) + ": each certificate needs its key, in the same order");
  std::shared_ptr<TlsContext> made(new TlsContext);
  made->fingerprint_ = std::to_string(openssl_version(settings.min_version)) + "-" +
                       std::to_string(openssl_version(settings.max_version)) + " " + settings.ciphers + " " +
                       settings.groups;
  for (std::size_t i = 0; i < settings.certificate.size(); ++i) {
    auto certificate = load_certificate(settings.certificate[i], settings.key[i]);
    if (!certificate) return fail(certificate.error());
    std::sort(certificate->names.begin(), certificate->names.end());
    auto group = std::find_if(made->groups_.begin(), made->groups_.end(),
                              [&](Group const& g) { return g.names == certificate->names; });
    if (group == made->groups_.end()) {
      auto context = make_context(settings, tickets);
      if (!context) return fail(context.error());
      made->groups_.push_back({certificate->names, std::move(*context)});
      group = std::prev(made->groups_.end());
    }
    auto* ctx = group->context.get();
    if (::SSL_CTX_use_certificate(ctx, certificate->chain.front().get()) != 1 ||
        ::SSL_CTX_use_PrivateKey(ctx, certificate->key.get()) != 1)
      return fail(settings.certificate[i] + ": cannot be used (" + last_openssl_error() + ")");
    for (std::size_t k = 1; k < certificate->chain.size(); ++k)
      SSL_CTX_add1_chain_cert(ctx, certificate->chain[k].get());
    for (auto const& part : certificate->chain) made->fingerprint_ += " " + certificate_digest(part.get());
    made->descriptions_.push_back(settings.certificate[i] + " for " +
                                  (certificate->names.empty() ? "no name" : certificate->names.front()) +
                                  " until " + certificate->not_after);
  }
  if (made->groups_.empty()) return fail(std::string("tls.certificate: no certificate"));
  if (made->groups_.size() > 1) {
    SSL_CTX_set_tlsext_servername_callback(made->groups_.front().context.get(), &TlsContext::on_server_name);
    SSL_CTX_set_tlsext_servername_arg(made->groups_.front().context.get(), made.get());
  }
  return std::shared_ptr<TlsContext const>(std::move(made));
}

SSL_CTX* TlsContext::context_for(std::string_view server_name) const {
  std::string const host = lowered(server_name);
  for (bool const wildcards : {false, true})
    for (auto const& group : groups_)
      for (auto const& name : group.names)
        if ((name.substr(0, 2) == "*.") == wildcards && name_covers(name, host)) return group.context.get();
  return groups_.front().context.get();
}

int TlsContext::on_server_name(SSL* ssl, int*, void* self) {
  char const* name = ::SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  ::SSL_set_SSL_CTX(ssl, static_cast<TlsContext const*>(self)->context_for(name));
  return SSL_TLSEXT_ERR_OK;
}

OpensslPtr<SSL> TlsContext::new_session(int fd) const {
  OpensslPtr<SSL> ssl(::SSL_new(groups_.front().context.get()));
  if (!ssl || ::SSL_set_fd(ssl.get(), fd) != 1) return nullptr;
  ::SSL_set_accept_state(ssl.get());
  return ssl;
}

TlsInfo describe(SSL* ssl) {
  TlsInfo info;
  info.version = ::SSL_get_version(ssl);
  if (auto const* cipher = ::SSL_get_current_cipher(ssl))
    if (auto const* name = ::SSL_CIPHER_standard_name(cipher)) info.cipher = name;
  info.resumed = ::SSL_session_reused(ssl) == 1;
  if (long const group = SSL_get_negotiated_group(ssl); group != 0)
    if (auto const* name = ::SSL_group_to_name(ssl, static_cast<int>(group))) {
      info.group = name;
      if (info.group.front() == 'x')
        info.group.front() = 'X';  // RFC 8446 section 4.2.7 spells X25519 and X448 so
    }
  if (auto const* sni = ::SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) info.sni = printable(sni, 255);
  auto* certificate = ::SSL_get0_peer_certificate(ssl);
  info.peer_certificate = judge(ssl, certificate);
  if (certificate != nullptr) {
    info.spki_sha256 = spki_sha256(certificate);
    info.peer_names = names_of(certificate);
    if (info.peer_names.size() > most_peer_names) info.peer_names.resize(most_peer_names);
  }
  return info;
}

}  // namespace postern::net

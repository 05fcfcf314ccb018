// The server's side of TLS, ready to shake hands: certificates, versions, SNI, tickets.
// Threads: immutable once made, shared by all loops; a reload makes a new one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/certificate.hpp"
#include "net/ticket_keys.hpp"
#include "net/tls_info.hpp"
#include "net/tls_settings.hpp"

namespace postern::net {

class TlsContext {
 public:
  // The error names the file or setting that is to blame. `tickets` outlives the context.
  static Result<std::shared_ptr<TlsContext const>, std::string> make(TlsSettings const& settings,
                                                                     TicketKeys& tickets);

  OpensslPtr<SSL> new_session(int fd) const;  // a server's, on a socket

  // Names and expiry of each certificate, for the start-up log.
  std::vector<std::string> const& descriptions() const { return descriptions_; }

  // Tells whether clients meet the same as before a reload: versions, ciphers, groups and certificates.
  std::string const& fingerprint() const { return fingerprint_; }

 private:
  struct Group {  // certificates of the same names: an ECDSA one and an RSA one, say
    std::vector<std::string> names;
    OpensslPtr<SSL_CTX> context;
  };
  TlsContext() = default;
  static int on_server_name(SSL* ssl, int* alert, void* self);
  SSL_CTX* context_for(std::string_view server_name) const;

  std::vector<Group> groups_;  // the first is for clients that name no host, or an unknown one
  std::vector<std::string> descriptions_;
  std::string fingerprint_;
};

int openssl_version(TlsVersion version);
TlsInfo describe(SSL* ssl);  // after the handshake

}  // namespace postern::net

// The client's side of TLS: what a handshake with a mail server must prove, and what it has proved. Every
// handshake is let through (RFC 7435: unauthenticated TLS beats the clear), then judged.
// Threads: immutable once made.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/certificate.hpp"
#include "net/tls_settings.hpp"
#include "wire/tlsa.hpp"

namespace postern::net {

enum class Proof : std::uint8_t {
  none,         // nothing: encryption against those who only listen
  name,         // a certificate of a trusted authority for one of the names (RFC 6125)
  dane,         // what TLSA records say (RFC 7672 section 3)
  fingerprint,  // a certificate or public key known beforehand
};

struct ClientTlsPlan {
  Proof proof = Proof::none;
  // Those the certificate may be for. The first is sent as SNI. An address stands alone.
  std::vector<std::string> names;
  std::vector<wire::Tlsa> tlsa;           // usable ones
  std::vector<std::string> fingerprints;  // SHA-256 of certificate or public key, hexadecimal, lower case
  std::optional<TlsVersion> only;         // no other version, to find out whether it is taken
  bool modern = false;  // TLS 1.2 at least; where nothing is asked for, older beats the clear
};

enum class ServerCertificate : std::uint8_t { none, self_signed, untrusted, expired, wrong_name, trusted };
std::string_view print(ServerCertificate value);

struct ServerProof {
  ServerCertificate certificate = ServerCertificate::none;  // as the public authorities have it
  Proof asked = Proof::none;
  Proof proved = Proof::none;  // what was asked for, or nothing
  std::string problem;         // why not, for people

  bool as_asked() const { return proved == asked; }
};

class TlsClient {
 public:
  // `ca_file`: who is trusted; empty: the system's. `certificate`, `key`: PEM files shown to servers that ask
  // for one; may be empty. The error names what is to blame.
  static Result<std::shared_ptr<TlsClient const>, std::string> make(std::string const& ca_file,
                                                                    std::string const& certificate,
                                                                    std::string const& key);

  Result<OpensslPtr<SSL>, std::string> new_session(int fd, ClientTlsPlan const& plan) const;

 private:
  OpensslPtr<SSL_CTX> context_;
};

ServerProof judge(SSL* session, ClientTlsPlan const& plan);  // after the handshake

}  // namespace postern::net

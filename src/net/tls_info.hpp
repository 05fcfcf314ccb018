// What a handshake has come to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postern::net {

enum class PeerCertificate : std::uint8_t { not_asked, none, self_signed, untrusted, expired, trusted };

struct TlsInfo {
  std::string version;                  // "TLSv1.3"
  std::string cipher;                   // IANA's name: "TLS_AES_256_GCM_SHA384"
  std::string group;                    // "X25519"; empty when resumed without a key exchange
  std::string sni;                      // as the client sent it, printable
  std::string spki_sha256;              // of the peer's certificate
  std::vector<std::string> peer_names;  // its DNS names, lower case; a few
  PeerCertificate peer_certificate = PeerCertificate::not_asked;
  bool resumed = false;
};

}  // namespace postern::net

// What the owner may set about TLS. Names, bounds and help: app/settings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postern::net {

enum class TlsVersion : std::uint8_t { v1_0, v1_1, v1_2, v1_3 };
enum class ClientCertificates : std::uint8_t { ignore, ask };

struct TlsSettings {
  std::vector<std::string> certificate;  // PEM files, each with its chain
  std::vector<std::string> key;          // as many, in the same order
  std::vector<std::string> next;         // PEM files of certificates or keys that are to follow
  TlsVersion min_version = TlsVersion::v1_2;
  TlsVersion max_version = TlsVersion::v1_3;
  // Opportunistic: what is weak beats the clear, what does not authenticate anybody does not matter here.
  std::string ciphers = "HIGH:MEDIUM:!aNULL:!eNULL:!PSK:!SRP";
  std::string groups = "X25519:P-256:X448:P-384:P-521";
  ClientCertificates client_certificates = ClientCertificates::ask;
  std::string ca_file;  // who is trusted; empty: the system's
};

}  // namespace postern::net

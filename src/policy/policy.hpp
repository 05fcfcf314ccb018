// What the owner has decided: the rules decide() goes by.
// Threads: immutable; a reload makes a new one.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "policy/directory.hpp"
#include "policy/tls_requirement.hpp"

namespace postern::policy {

struct TlsFallback {
  std::uint32_t failures = 3;  // failed handshakes in a row before STARTTLS is withheld; 0: never
  Duration clear_for = std::chrono::hours(1);  // how long it is
};

struct Policy {
  Directory directory;
  std::vector<Network> relay_networks;
  std::unordered_set<std::string> relay_certificates;  // SHA-256 of public keys, hexadecimal, lower case
  bool logins = false;                                 // there are users who can log in
  TlsRequirement tls = TlsRequirement::never;
  std::unordered_map<std::string, TlsRequirement> sender_tls;  // by sender domain, lower-case A-label
  TlsFallback fallback;
};

}  // namespace postern::policy

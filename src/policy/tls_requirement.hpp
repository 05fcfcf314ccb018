// The built-in rules: what TLS a connection must have for its mail to be taken. RFC 3207 section 4 forbids
// every one but "never" to a publicly-referenced server.
#pragma once

#include <cstdint>
#include <string_view>

#include "policy/verdict.hpp"

namespace postern::policy {

struct ConnectionFacts;

enum class TlsRequirement : std::uint8_t {
  never,
  always,
  at_least_1_2,
  at_least_1_3,
  client_certificate,          // of whatever kind
  trusted_client_certificate,  // that chains to an authority we know
  remembered                   // TLS of hosts that have used it before
};

// Whether the connection has what is required.
bool satisfies(ConnectionFacts const& connection, TlsRequirement requirement);

// What is said to one that has not. RFC 3207 section 4; 5.7.10: RFC 5248 section 2.4.
Verdict refusal(TlsRequirement requirement);

// 13 for "TLSv1.3", 10 for "TLSv1", 0 for SSL and for what is no version.
int tls_version_number(std::string_view version);

}  // namespace postern::policy

// Whether a host has shown so much TLS that its coming in the clear is remarkable.
#pragma once

#include "policy/facts.hpp"
#include "policy/policy.hpp"

namespace postern::policy {

Instant now_of(Facts const& facts);  // when the transaction began, or before one the connection

// TLS in at least `sessions` sessions over at least `days`, the last no longer ago than `expire`; and no
// handshake of this client has just failed: plaintext after that is no stripping.
bool expects_tls(TlsMemorySettings const& settings, TlsFallback const& fallback, Facts const& facts);

// Since when this mail, this client or this host has been coming in the clear; now, when it is the first
// time.
Instant clear_since(Facts const& facts);

}  // namespace postern::policy

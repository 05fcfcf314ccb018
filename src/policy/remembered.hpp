// What is remembered of somebody's TLS (policy/tls_memory), as far as decisions ask for it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.hpp"

namespace postern::policy {

struct RememberedTls {
  std::uint32_t sessions = 0;  // over TLS
  std::uint32_t clear = 0;     // connections that brought mail in the clear
  std::uint32_t failures = 0;  // of handshakes
  std::optional<Instant> first, last;
  std::optional<Instant> clear_since;  // the first mail in the clear since the last TLS
};

// Of a client, before this connection.
struct RememberedHost {
  std::uint32_t failed_handshakes = 0;  // in a row
  std::optional<Instant> last_failure;
  std::optional<Instant> clear_since;  // of this address
  RememberedTls tls;                   // of its identity (policy/host_identity)
  std::optional<Instant> last_tls;     // of this address
  bool distrusts_us = false;           // among those handshakes is one that it ended for our certificate
};

}  // namespace postern::policy

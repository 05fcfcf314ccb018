// The built-in rule: whether mail must come over TLS. RFC 3207 section 4 forbids "always" to a
// publicly-referenced server.
#pragma once

#include <cstdint>

namespace postern::policy {

enum class TlsRequirement : std::uint8_t { never, always };

}  // namespace postern::policy

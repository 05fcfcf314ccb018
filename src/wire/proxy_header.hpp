// The PROXY protocol's header, versions 1 and 2 (haproxy's proxy-protocol.txt, sections 2.1 and 2.2): who
// really connected. Bounds: 107 bytes in version 1, 16 + 512 in version 2; longer is an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace postern::wire {

constexpr std::size_t proxy_header_limit = 16 + 512;

struct ProxyHeader {
  std::size_t length = 0;   // bytes it took
  bool has_client = false;  // false: LOCAL or UNKNOWN, the connection stands for itself
  IpAddress client;
  std::uint16_t client_port = 0;
};

enum class ProxyError : std::uint8_t { not_proxy, malformed, too_long };

// Absent: more bytes are needed to tell.
Result<std::optional<ProxyHeader>, ProxyError> parse_proxy_header(std::string_view bytes);

}  // namespace postern::wire

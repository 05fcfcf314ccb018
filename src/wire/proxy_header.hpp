// The PROXY protocol's header, versions 1 and 2 (haproxy's proxy-protocol.txt, sections 2.1 and 2.2): who
// really connected. Bounds: 107 bytes in version 1; in version 2 what the length field can say, 16 + 65,535.
// What follows the addresses there (TLVs) is passed over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace postern::wire {

constexpr std::size_t proxy_header_limit = 16 + 65'535;

struct ProxyHeader {
  std::size_t length = 0;  // bytes it took
  // False: the connection stands for itself. So it does with LOCAL, UNKNOWN and UNSPEC, and when what was
  // forwarded is no TCP connection over IP: a Unix socket, or datagrams.
  bool has_client = false;
  IpAddress client;
  std::uint16_t client_port = 0;
};

enum class ProxyError : std::uint8_t { not_proxy, malformed, unknown_version, unknown_family, too_long };

std::string_view explain(ProxyError error);  // a sentence without its full stop

// Absent: more bytes are needed to tell, and all those that are there belong to the header.
Result<std::optional<ProxyHeader>, ProxyError> parse_proxy_header(std::string_view bytes);

}  // namespace postern::wire

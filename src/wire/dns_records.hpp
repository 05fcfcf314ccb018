// The data of DNS records as mail needs them: what stands behind type, class and TTL, uncompressed.
// Bounds: names of 255 octets (RFC 1035 section 2.3.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"

namespace postern::wire {

enum class DnsType : std::uint16_t { a = 1, cname = 5, mx = 15, txt = 16, ptr = 12, aaaa = 28, tlsa = 52 };

// "mx.example.org", lower case, without the final dot; the root is ".". RFC 1035 section 3.1.
std::optional<std::string> parse_dns_name(std::string_view data);

struct MxRecord {  // RFC 1035 section 3.3.9
  std::uint16_t preference = 0;
  std::string host;  // "." alone: RFC 7505, no mail is taken
};
std::optional<MxRecord> parse_mx(std::string_view data);

// The strings of a TXT record, joined (RFC 7208 section 3.3, RFC 8461 section 3.1).
std::optional<std::string> parse_txt(std::string_view data);
std::vector<std::string> parse_txts(std::vector<std::string> const& records);  // those that are well formed

std::optional<IpAddress> parse_address(DnsType type, std::string_view data);  // of an A or AAAA record

}  // namespace postern::wire

#include "wire/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "wire/cursor.hpp"

namespace postern::wire {
namespace {

using Answer = Result<std::optional<ProxyHeader>, ProxyError>;

constexpr std::string_view v1_start = "PROXY ";
constexpr std::string_view v2_start("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t v1_limit = 107;
constexpr std::size_t v2_fixed = 16;  // bytes before the addresses

std::string_view word(Cursor& at) {
  auto const text = at.take_while([](char c) { return c != ' '; });
  at.take(' ');
  return text;
}

// An address in the notation of its family. A dual-stack proxy writes its IPv4 clients as mapped IPv6
// addresses ("::ffff:192.0.2.1"): these are IPv4 addresses for us.
std::optional<IpAddress> address_of(std::string_view family, std::string_view text) {
  bool const has_colon = text.find(':') != std::string_view::npos;
  if (has_colon != (family == "TCP6")) return std::nullopt;
  return IpAddress::parse(text);
}

Answer parse_v1(std::string_view bytes) {
  auto const end = bytes.find("\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() >= v1_limit) return fail(ProxyError::too_long);
    return std::optional<ProxyHeader>();
  }
  if (end + 2 > v1_limit) return fail(ProxyError::too_long);
  ProxyHeader header;
  header.length = end + 2;
  Cursor at(bytes.substr(v1_start.size(), end - v1_start.size()));
  auto const family = word(at);
  if (family == "UNKNOWN") return std::optional(header);  // whatever stands behind it
  if (family != "TCP4" && family != "TCP6") return fail(ProxyError::unknown_family);
  auto const source = address_of(family, word(at));
  auto const target = address_of(family, word(at));
  auto const port = word(at);
  if (!source || !target) return fail(ProxyError::malformed);
  auto const [stop, error] = std::from_chars(port.data(), port.data() + port.size(), header.client_port);
  if (error != std::errc{} || stop != port.data() + port.size()) return fail(ProxyError::malformed);
  header.has_client = true;
  header.client = *source;
  return std::optional(header);
}

std::uint16_t big_endian(std::string_view two) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(two[0]) << 8 |
                                    static_cast<unsigned char>(two[1]));
}

// The high half of the family byte is the address family, the low half the transport.
constexpr std::uint8_t tcp_over_v4 = 0x11;
constexpr std::uint8_t tcp_over_v6 = 0x21;
constexpr std::uint8_t last_family = 3;     // AF_UNIX
constexpr std::uint8_t last_transport = 2;  // DGRAM

Answer parse_v2(std::string_view bytes) {
  if (bytes.size() < v2_fixed) return std::optional<ProxyHeader>();
  auto const version_command = static_cast<std::uint8_t>(bytes[12]);
  auto const family = static_cast<std::uint8_t>(bytes[13]);
  std::size_t const length = big_endian(bytes.substr(14, 2));
  bool const local = (version_command & 15) == 0;
  if (version_command >> 4 != 2 || (version_command & 15) > 1) return fail(ProxyError::unknown_version);
  if (!local && (family >> 4 > last_family || (family & 15) > last_transport))
    return fail(ProxyError::unknown_family);
  if (bytes.size() < v2_fixed + length) return std::optional<ProxyHeader>();
  ProxyHeader header;
  header.length = v2_fixed + length;
  if (local || (family != tcp_over_v4 && family != tcp_over_v6)) return std::optional(header);
  auto const addresses = bytes.substr(v2_fixed, length);
  if (length < (family == tcp_over_v4 ? 12U : 36U)) return fail(ProxyError::malformed);
  if (family == tcp_over_v4) {
    std::array<std::uint8_t, 4> v4{};
    std::memcpy(v4.data(), addresses.data(), v4.size());
    header.client = IpAddress::from_v4(v4);
    header.client_port = big_endian(addresses.substr(8, 2));
  } else {
    IpAddress::Bytes v6{};
    std::memcpy(v6.data(), addresses.data(), v6.size());
    header.client = IpAddress::from_v6(v6);
    header.client_port = big_endian(addresses.substr(32, 2));
  }
  header.has_client = true;
  return std::optional(header);
}

bool may_be(std::string_view bytes, std::string_view start) {
  auto const common = std::min(bytes.size(), start.size());
  return bytes.substr(0, common) == start.substr(0, common);
}

}  // namespace

std::string_view explain(ProxyError error) {
  switch (error) {
    case ProxyError::not_proxy: return "what came is not a PROXY header";
    case ProxyError::malformed: return "the PROXY header is malformed";
    case ProxyError::unknown_version: return "the PROXY header has an unknown version or command";
    case ProxyError::unknown_family: return "the PROXY header has an unknown address family or transport";
    case ProxyError::too_long: return "the PROXY header is longer than 107 bytes";
  }
  return "the PROXY header is malformed";
}

Answer parse_proxy_header(std::string_view bytes) {
  if (may_be(bytes, v1_start)) return bytes.size() < v1_start.size() ? Answer(std::nullopt) : parse_v1(bytes);
  if (may_be(bytes, v2_start)) return bytes.size() < v2_start.size() ? Answer(std::nullopt) : parse_v2(bytes);
  return fail(ProxyError::not_proxy);
}

}  // namespace postern::wire

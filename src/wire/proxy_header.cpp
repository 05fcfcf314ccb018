#include "wire/proxy_header.hpp"

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

std::string_view word(Cursor& at) {
  auto const text = at.take_while([](char c) { return c != ' '; });
  at.take(' ');
  return text;
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
  if (family == "UNKNOWN") return std::optional(header);
  auto const source = IpAddress::parse(word(at));
  auto const target = IpAddress::parse(word(at));
  auto const port = word(at);
  bool const v4 = family == "TCP4";
  if ((!v4 && family != "TCP6") || !source || !target || source->is_v4() != v4)
    return fail(ProxyError::malformed);
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

Answer parse_v2(std::string_view bytes) {
  if (bytes.size() < 16) return std::optional<ProxyHeader>();
  auto const version_command = static_cast<std::uint8_t>(bytes[12]);
  auto const family = static_cast<std::uint8_t>(bytes[13]);
  std::size_t const length = big_endian(bytes.substr(14, 2));
  if (version_command >> 4 != 2 || (version_command & 15) > 1) return fail(ProxyError::malformed);
  if (16 + length > proxy_header_limit) return fail(ProxyError::too_long);
  if (bytes.size() < 16 + length) return std::optional<ProxyHeader>();
  ProxyHeader header;
  header.length = 16 + length;
  auto const addresses = bytes.substr(16, length);
  if ((version_command & 15) == 0) return std::optional(header);
  if (family == 0x11 && length >= 12) {
    std::array<std::uint8_t, 4> v4{};
    std::memcpy(v4.data(), addresses.data(), v4.size());
    header.client = IpAddress::from_v4(v4);
    header.client_port = big_endian(addresses.substr(8, 2));
  } else if (family == 0x21 && length >= 36) {
    IpAddress::Bytes v6{};
    std::memcpy(v6.data(), addresses.data(), v6.size());
    header.client = IpAddress::from_v6(v6);
    header.client_port = big_endian(addresses.substr(32, 2));
  } else if (family != 0) {
    return fail(ProxyError::malformed);
  } else {
    return std::optional(header);
  }
  header.has_client = true;
  return std::optional(header);
}

bool may_be(std::string_view bytes, std::string_view start) {
  auto const common = std::min(bytes.size(), start.size());
  return bytes.substr(0, common) == start.substr(0, common);
}

}  // namespace

Answer parse_proxy_header(std::string_view bytes) {
  if (may_be(bytes, v1_start)) return bytes.size() < v1_start.size() ? Answer(std::nullopt) : parse_v1(bytes);
  if (may_be(bytes, v2_start)) return bytes.size() < v2_start.size() ? Answer(std::nullopt) : parse_v2(bytes);
  return fail(ProxyError::not_proxy);
}

}  // namespace postern::wire

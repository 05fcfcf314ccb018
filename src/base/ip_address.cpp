#include "base/ip_address.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <functional>

namespace postern {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// Four decimal numbers without leading zeros, as inet_pton has them: what nearly all addresses of a log are.
std::optional<std::array<std::uint8_t, 4>> dotted_quad(std::string_view text) {
  std::array<std::uint8_t, 4> bytes{};
  std::size_t part = 0;
  unsigned value = 0, digits = 0;
  for (char const c : text) {
    if (c >= '0' && c <= '9') {
      if (digits > 0 && value == 0) return std::nullopt;
      value = value * 10 + static_cast<unsigned>(c - '0');
      if (++digits > 3 || value > 255) return std::nullopt;
    } else if (c == '.' && digits > 0 && part < 3) {
      bytes[part++] = static_cast<std::uint8_t>(value);
      value = digits = 0;
    } else {
      return std::nullopt;
    }
  }
  if (part != 3 || digits == 0) return std::nullopt;
  bytes[3] = static_cast<std::uint8_t>(value);
  return bytes;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (auto const quad = dotted_quad(text)) return from_v4(*quad);
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  std::string const terminated(text);
  Bytes v6{};
  if (::inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1) return from_v6(v6);
  return std::nullopt;
}

IpAddress IpAddress::from_v4(std::array<std::uint8_t, 4> bytes) {
  IpAddress address;
  std::memcpy(address.bytes_.data(), v4_prefix.data(), v4_prefix.size());
  std::memcpy(address.bytes_.data() + 12, bytes.data(), 4);
  return address;
}

IpAddress IpAddress::from_v6(Bytes bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  return address;
}

bool IpAddress::is_v4() const { return std::memcmp(bytes_.data(), v4_prefix.data(), v4_prefix.size()) == 0; }

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[12] == 127;
  for (std::size_t i = 0; i < 15; ++i)
    if (bytes_[i] != 0) return false;
  return bytes_[15] == 1;
}

bool IpAddress::is_unspecified() const { return is_v4() ? bytes_[12] == 0 : bytes_ == Bytes{}; }

bool IpAddress::is_private() const {
  if (!is_v4()) return (bytes_[0] & 0xFE) == 0xFC;
  auto const a = bytes_[12], b = bytes_[13];
  bool const of_carrier = a == 100 && (b & 0xC0) == 64;
  return a == 10 || (a == 172 && (b & 0xF0) == 16) || (a == 192 && b == 168) || of_carrier;
}

bool IpAddress::is_link_local() const {
  if (is_v4()) return bytes_[12] == 169 && bytes_[13] == 254;
  return bytes_[0] == 0xFE && (bytes_[1] & 0xC0) == 0x80;
}

bool IpAddress::is_multicast() const {
  if (!is_v4()) return bytes_[0] == 0xFF;
  bool const broadcast = bytes_[12] == 255 && bytes_[13] == 255 && bytes_[14] == 255 && bytes_[15] == 255;
  return (bytes_[12] & 0xF0) == 0xE0 || broadcast;
}

std::string IpAddress::print() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (!is_v4()) {
    ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
    return text.data();
  }
  // What-if prints one for each message, and inet_ntop() goes by way of sprintf().
  char* at = text.data();
  for (std::size_t i = 12; i < 16; ++i) {
    if (i > 12) *at++ = '.';
    at = std::to_chars(at, text.data() + text.size(), bytes_[i]).ptr;
  }
  return {text.data(), at};
}

std::string IpAddress::print_literal() const { return (is_v4() ? "[" : "[IPv6:") + print() + "]"; }

std::string IpAddress::print_arpa() const {
  std::string out;
  if (is_v4()) {
    for (std::size_t i = 16; i-- > 12;) out += std::to_string(bytes_[i]) + ".";
    return out + "in-addr.arpa";
  }
  constexpr char digits[] = "0123456789abcdef";
  for (std::size_t i = 16; i-- > 0;) {
    out += digits[bytes_[i] & 15];
    out += '.';
    out += digits[bytes_[i] >> 4];
    out += '.';
  }
  return out + "ip6.arpa";
}

std::size_t IpAddressHash::operator()(IpAddress const& address) const {
  auto const& bytes = address.bytes();
  return std::hash<std::string_view>{}({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

std::optional<Network> Network::parse(std::string_view text) {
  auto const slash = text.find('/');
  auto const address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  int const width = address->is_v4() ? 32 : 128;
  int bits = width;
  if (slash != std::string_view::npos) {
    auto const number = text.substr(slash + 1);
    auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
    if (error != std::errc{} || end != number.data() + number.size() || bits < 0 || bits > width)
      return std::nullopt;
  }
  return Network(*address, bits + (128 - width));
}

bool Network::contains(IpAddress const& address) const {
  auto const whole = static_cast<std::size_t>(bits_ / 8);
  if (std::memcmp(base_.bytes().data(), address.bytes().data(), whole) != 0) return false;
  int const rest = bits_ % 8;
  if (rest == 0) return true;
  auto const mask = static_cast<std::uint8_t>(0xFF << (8 - rest));
  return (base_.bytes()[whole] & mask) == (address.bytes()[whole] & mask);
}

std::string Network::print() const {
  return base_.print() + "/" + std::to_string(base_.is_v4() ? bits_ - 96 : bits_);
}

}  // namespace postern

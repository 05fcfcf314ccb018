// IPv4 and IPv6 addresses and the networks that hold them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

class IpAddress {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  IpAddress() = default;  // ::
  static std::optional<IpAddress> parse(
      std::string_view text);  // "192.0.2.1", "2001:db8::1"; mapped IPv4 is IPv4
  static IpAddress from_v4(std::array<std::uint8_t, 4> bytes);
  static IpAddress from_v6(Bytes bytes);

  bool is_v4() const;
  bool is_loopback() const;                      // 127.0.0.0/8, ::1
  bool is_unspecified() const;                   // 0.0.0.0/8, ::
  bool is_private() const;                       // RFC 1918, RFC 6598 section 7, RFC 4193 (fc00::/7)
  bool is_link_local() const;                    // 169.254.0.0/16, fe80::/10
  bool is_multicast() const;                     // 224.0.0.0/4, ff00::/8; the broadcast address, too
  Bytes const& bytes() const { return bytes_; }  // IPv4 as ::ffff:a.b.c.d
  std::string print() const;                     // "192.0.2.1", "2001:db8::1"
  std::string print_literal() const;  // RFC 5321 section 4.1.3: "[192.0.2.1]", "[IPv6:2001:db8::1]"
  std::string print_arpa() const;     // the name that is asked for a PTR record

  friend bool operator==(IpAddress const&, IpAddress const&) = default;

 private:
  Bytes bytes_{};
};

struct IpAddressHash {
  std::size_t operator()(IpAddress const& address) const;
};

// An address block in CIDR notation (RFC 4632).
class Network {
 public:
  static std::optional<Network> parse(
      std::string_view text);  // "192.0.2.0/24", "2001:db8::/32", one address alone
  bool contains(IpAddress const& address) const;
  bool contains(Network const& other) const { return bits_ <= other.bits_ && contains(other.base_); }
  bool is_v4() const { return base_.is_v4() && bits_ >= mapped_bits; }
  int prefix_length() const { return is_v4() ? bits_ - mapped_bits : bits_; }  // of 32, or of 128
  std::string print() const;

 private:
  static constexpr int mapped_bits = 96;
  Network(IpAddress base, int bits) : base_(base), bits_(bits) {}
  IpAddress base_;
  int bits_;  // of the 128 of the mapped form
};

}  // namespace postern

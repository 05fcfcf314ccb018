// Who counts as one client where a limit counts clients: an IPv4 address, or the /64 of an IPv6 address, of
// which one customer has all 2^64. Every such limit goes by this type.
#pragma once

#include <cstddef>
#include <string>

#include "base/ip_address.hpp"

namespace postern {

class ClientNetwork {
 public:
  ClientNetwork() = default;  // of whoever comes without an address, as over a Unix socket
  explicit ClientNetwork(IpAddress const& client);

  std::string print() const;  // "192.0.2.1", "2001:db8:1:2::/64"
  IpAddress const& base() const { return base_; }

  friend bool operator==(ClientNetwork const&, ClientNetwork const&) = default;

 private:
  IpAddress base_;
};

struct ClientNetworkHash {
  std::size_t operator()(ClientNetwork const& network) const { return IpAddressHash()(network.base()); }
};

}  // namespace postern

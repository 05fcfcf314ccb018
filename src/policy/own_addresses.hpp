// The addresses of this host. Loopback and the unspecified address are always among them.
// Threads: immutable once made; a reload makes a new one.
#pragma once

#include <unordered_set>
#include <vector>

#include "base/ip_address.hpp"

namespace postern::policy {

class OwnAddresses {
 public:
  OwnAddresses() = default;
  explicit OwnAddresses(std::vector<IpAddress> const& addresses)
      : addresses_(addresses.begin(), addresses.end()) {}

  bool contains(IpAddress const& address) const {
    return address.is_loopback() || address.is_unspecified() || addresses_.contains(address);
  }

 private:
  std::unordered_set<IpAddress, IpAddressHash> addresses_;
};

}  // namespace postern::policy

// Clients in private networks (RFC 1918, RFC 6598, RFC 4193, link-local): not from outside, unless something
// in front hides who they are. Docker's userland proxy and gateways show everybody as one private address;
// then nearly all mail comes from it, with the domains and HELO names of many. Bounds: `most_clients`
// addresses are told apart, and `most_names` names of each.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

class PrivateClients {
 public:
  static constexpr std::size_t most_clients = 10'000;
  static constexpr std::size_t most_names = 1'000;
  static bool is_private(IpAddress const& client);

  void saw(Reception const& message);  // accepted, of a private client

  // What the reader of the answer has to know. `from_outside`: the messages that were counted.
  std::vector<std::string> notes(std::uint64_t from_outside) const;

 private:
  struct Client {
    std::uint64_t messages = 0;
    boost::unordered_flat_set<std::uint64_t> senders, helos;  // hashes of domains and names
  };
  boost::unordered_flat_map<IpAddress, Client, IpAddressHash> clients_;
  std::uint64_t messages_ = 0;
};

}  // namespace postern::whatif

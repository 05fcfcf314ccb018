// Whose mail a pair of host and sender domain is, when shares are measured. A host with a verified name
// belongs to the registrable domain of that name. Hosts without one are known by their network only, in which
// many may rent a machine: there a sender is the network with the registrable domain of the sender address.
// The network as a whole, too, is of use, since what its hosts can do may be one decision.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "whatif/replay/traffic.hpp"

namespace postern::whatif {

class Senders {
 public:
  explicit Senders(Traffic const& traffic);

  std::size_t count() const { return identity_.size(); }
  std::uint32_t of(std::uint32_t pair) const { return of_pair_[pair]; }             // below count()
  std::uint32_t identity(std::uint32_t sender) const { return identity_[sender]; }  // of Traffic
  // "example.org", "192.0.2.0/24", "shop.example in 192.0.2.0/24"
  std::string name(std::uint32_t sender, Traffic const& traffic) const;

 private:
  std::vector<std::uint32_t> of_pair_;
  std::vector<std::uint32_t> identity_;  // by sender
  std::vector<std::uint32_t> domain_;    // by sender: into domains_
  std::vector<std::string> domains_{""};
};

}  // namespace postern::whatif

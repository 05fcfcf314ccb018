// Who a sending host belongs to, as far as it can be told: the registrable domain of its verified name, else
// its network. What the gate remembers is kept by this, and what-if counts it as one sender.
#pragma once

#include <string>
#include <string_view>

#include "base/ip_address.hpp"

namespace postern::policy {

struct ConnectionFacts;

// `verified_name`: forward-confirmed reverse DNS, empty when there is none. Gives "example.org",
// "192.0.2.0/24" or "2001:db8:1::/48".
std::string host_identity(std::string_view verified_name, IpAddress const& client);

// Of a connection: as it was determined once, or as it is now.
std::string identity_of(ConnectionFacts const& connection);

}  // namespace postern::policy

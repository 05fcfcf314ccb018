// Whether a host that the DNS has named for a stranger's mail is this very server. A stranger may publish any
// address. Mail that goes to ourselves goes around in a circle, and past every check on who may relay, since
// we trust this host. What the owner has named in a route is not asked about here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "net/listener.hpp"

namespace postern::net {

// How this server is known to others. It is a value, so that tests make their own.
struct Ourselves {
  std::string name;                   // that we greet with
  std::vector<IpAddress> interfaces;  // the addresses of this host
  std::vector<Endpoint> listeners;    // where we take mail; the unspecified address stands for all
};

std::vector<IpAddress> interface_addresses();  // what the interfaces of this host have now

enum class HostAddress : std::uint8_t {
  elsewhere,  // of a host like others
  ourselves,  // of this host
  unusable    // of no host beyond this link: link-local, multicast, broadcast
};

// Whose the address is at which a stranger's mail is to be delivered. Pure.
HostAddress whose(Endpoint const& at, Ourselves const& we);

}  // namespace postern::net

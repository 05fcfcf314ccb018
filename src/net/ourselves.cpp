#include "net/ourselves.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace postern::net {
namespace {

constexpr std::uint16_t smtp_port = 25;

bool is_first_loopback(IpAddress const& address) {  // 127.0.0.1, ::1
  return address.is_loopback() && (!address.is_v4() || address == IpAddress::from_v4({127, 0, 0, 1}));
}

bool listens_at(Endpoint const& listener, Endpoint const& at) {
  if (listener.port != at.port) return false;
  return listener.address == at.address || (listener.address.is_unspecified() && at.address.is_loopback());
}

}  // namespace

std::vector<IpAddress> interface_addresses() {
  std::vector<IpAddress> found;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return found;
  for (auto const* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    if (each->ifa_addr->sa_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, each->ifa_addr, sizeof v4);
      std::array<std::uint8_t, 4> bytes{};
      std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
      found.push_back(IpAddress::from_v4(bytes));
    } else if (each->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, each->ifa_addr, sizeof v6);
      IpAddress::Bytes bytes{};
      std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
      found.push_back(IpAddress::from_v6(bytes));
    }
  }
  ::freeifaddrs(first);
  return found;
}

HostAddress whose(Endpoint const& at, Ourselves const& we) {
  auto const& address = at.address;
  if (address.is_link_local() || address.is_multicast()) return HostAddress::unusable;
  // A connection to the unspecified address goes to this host.
  if (address.is_unspecified() || is_first_loopback(address)) return HostAddress::ourselves;
  bool const ours = std::find(we.interfaces.begin(), we.interfaces.end(), address) != we.interfaces.end() ||
                    std::any_of(we.listeners.begin(), we.listeners.end(),
                                [&](auto const& listener) { return listens_at(listener, at); });
  if (ours) return HostAddress::ourselves;
  // Whoever takes mail on port 25 of loopback may trust all that comes from it. Only a test bench has mail
  // hosts at another port (send.port): there the other addresses of 127.0.0.0/8 stand for other hosts.
  bool const trusting = address.is_loopback() && at.port == smtp_port;
  return trusting ? HostAddress::ourselves : HostAddress::elsewhere;
}

}  // namespace postern::net

#include "whatif/readers/border.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace postern::whatif {
namespace {

bool is_private(IpAddress const& address) {  // RFC 1918, RFC 4193, RFC 4291 section 2.4, RFC 3927
  static std::array const networks{*Network::parse("10.0.0.0/8"),     *Network::parse("172.16.0.0/12"),
                                   *Network::parse("192.168.0.0/16"), *Network::parse("169.254.0.0/16"),
                                   *Network::parse("fc00::/7"),       *Network::parse("fe80::/10")};
  return std::any_of(networks.begin(), networks.end(),
                     [&](Network const& network) { return network.contains(address); });
}

// A step inside: to itself, by a protocol that no stranger speaks, or without telling from where.
bool is_inside(ReceivedHop const& hop) {
  if (!hop.has_from || !hop.client || hop.client->is_loopback()) return true;
  if (hop.with.find("LMTP") != std::string::npos || hop.with == "MAPI" || hop.with.starts_with("HTTP"))
    return true;
  if (hop.by == "localhost" || hop.by == "amavis" || hop.by.ends_with(".prod.outlook.com")) return true;
  return false;
}

}  // namespace

Border::Border(std::vector<std::string> hosts) : hosts_(std::move(hosts)) {
  for (auto& host : hosts_) host = lowered(host);
}

bool Border::is_ours(std::string_view host) const {
  return std::any_of(hosts_.begin(), hosts_.end(), [&](std::string const& own) {
    return host == own ||
           (host.size() > own.size() && host.ends_with(own) && host[host.size() - own.size() - 1] == '.');
  });
}

ReceivedHop const* Border::find(std::vector<ReceivedHop> const& hops) const {
  for (auto const& hop : hops) {
    if (is_inside(hop)) continue;
    if (inferred() ? !is_private(*hop.client)
                   : is_ours(hop.by) && !is_ours(hop.helo) && !is_ours(hop.client_name))
      return &hop;
  }
  return nullptr;
}

}  // namespace postern::whatif

#include "policy/host_identity.hpp"

#include "base/registrable_domain.hpp"
#include "policy/facts.hpp"

namespace postern::policy {

std::string host_identity(std::string_view verified_name, IpAddress const& client) {
  if (auto domain = verified_name.empty() ? std::string() : registrable_domain(verified_name);
      !domain.empty())
    return domain;
  auto bytes = client.bytes();
  std::size_t const kept = client.is_v4() ? 15 : 6;  // /24, /48
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(kept), bytes.end(), std::uint8_t{0});
  return IpAddress::from_v6(bytes).print() + (client.is_v4() ? "/24" : "/48");
}

std::string identity_of(ConnectionFacts const& connection) {
  return connection.identity.empty() ? host_identity(connection.verified_name, connection.client)
                                     : connection.identity;
}

}  // namespace postern::policy

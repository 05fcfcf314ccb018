#include "base/client_network.hpp"

#include <algorithm>

namespace postern {

ClientNetwork::ClientNetwork(IpAddress const& client) : base_(client) {
  if (client.is_v4()) return;
  auto bytes = client.bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  base_ = IpAddress::from_v6(bytes);
}

std::string ClientNetwork::print() const { return base_.print() + (base_.is_v4() ? "" : "/64"); }

}  // namespace postern

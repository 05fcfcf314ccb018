#include "app/settings/networks.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace postern::app {
namespace {

constexpr std::array<std::string_view, 7> private_networks{
    "127.0.0.0/8",    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
    "169.254.0.0/16", "fc00::/7",   "fe80::/10"};

}  // namespace

bool is_private(Network const& network) {
  if (network.prefix_length() == 128 && Network::parse("::1/128")->contains(network)) return true;
  return std::any_of(private_networks.begin(), private_networks.end(),
                     [&](std::string_view text) { return Network::parse(text)->contains(network); });
}

bool is_much_of_the_internet(Network const& network) {
  constexpr int v4_least = 8, v6_least = 16;
  return network.prefix_length() < (network.is_v4() ? v4_least : v6_least);
}

}  // namespace postern::app

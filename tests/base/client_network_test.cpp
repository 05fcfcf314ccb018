#include "base/client_network.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

ClientNetwork network_of(std::string_view address) { return ClientNetwork(*IpAddress::parse(address)); }

TEST(ClientNetwork, IsTheWholeAddressOfIpv4) {
  EXPECT_EQ(network_of("192.0.2.1"), network_of("192.0.2.1"));
  EXPECT_FALSE(network_of("192.0.2.1") == network_of("192.0.2.2"));
  EXPECT_EQ(network_of("192.0.2.1").print(), "192.0.2.1");
}

TEST(ClientNetwork, IsTheSlash64OfIpv6) {
  EXPECT_EQ(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_FALSE(network_of("2001:db8:1:2::1") == network_of("2001:db8:1:3::1"));
  EXPECT_EQ(network_of("2001:db8:1:2::1").print(), "2001:db8:1:2::/64");
}

TEST(ClientNetwork, IsThatOfIpv4ForAMappedAddress) {
  EXPECT_EQ(network_of("::ffff:192.0.2.1"), network_of("192.0.2.1"));
  EXPECT_FALSE(network_of("::ffff:192.0.2.1") == network_of("::ffff:192.0.2.2"));
}

}  // namespace
}  // namespace postern

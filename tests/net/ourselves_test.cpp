#include "net/ourselves.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::net {
namespace {

IpAddress ip_of(char const* text) { return *IpAddress::parse(text); }

Ourselves this_server() {
  return {.name = "mx.example.org",
          .interfaces = {ip_of("127.0.0.1"), ip_of("198.51.100.7"), ip_of("2001:db8::7"), ip_of("fe80::1")},
          .listeners = {{ip_of("0.0.0.0"), 2525}, {ip_of("192.0.2.80"), 25}}};
}

HostAddress whose_is(char const* address, std::uint16_t port = 25) {
  return whose({ip_of(address), port}, this_server());
}

TEST(Ourselves, AreAllAddressesOfThisHost) {
  for (auto const* own : {"198.51.100.7", "2001:db8::7", "127.0.0.1", "::1", "0.0.0.0", "::", "0.1.2.3"}) {
    EXPECT_EQ(whose_is(own), HostAddress::ourselves) << own;
    EXPECT_EQ(whose_is(own, 10'025), HostAddress::ourselves) << own << ", whoever listens there";
  }
  for (auto const* mapped : {"::ffff:127.0.0.1", "::ffff:198.51.100.7", "::ffff:0.0.0.0", "::ffff:127.9.9.9"})
    EXPECT_EQ(whose_is(mapped), HostAddress::ourselves) << mapped;
  EXPECT_EQ(whose_is("192.0.2.80"), HostAddress::ourselves) << "we listen there, whoever has the address";
}

TEST(Ourselves, AreAllOfLoopbackWhereMailServersListen) {
  EXPECT_EQ(whose_is("127.0.0.2"), HostAddress::ourselves);
  EXPECT_EQ(whose_is("127.255.255.254"), HostAddress::ourselves);
  EXPECT_EQ(whose_is("127.0.0.2", 2525), HostAddress::ourselves) << "the listener takes all of loopback";
  EXPECT_EQ(whose_is("127.0.0.2", 10'025), HostAddress::elsewhere) << "another host of a test bench";
}

TEST(Ourselves, AreNotOtherHosts) {
  for (auto const* other : {"198.51.100.8", "2001:db8::8", "10.0.0.1", "fd00::1", "::2"})
    EXPECT_EQ(whose_is(other), HostAddress::elsewhere) << other;
  EXPECT_EQ(whose_is("192.0.2.80", 26), HostAddress::elsewhere);
}

TEST(Ourselves, CannotBeReachedAtAddressesThatNoHostHas) {
  for (auto const* none : {"224.0.0.1", "239.1.2.3", "255.255.255.255", "ff02::1", "169.254.1.1", "fe80::1",
                           "febf::1", "::ffff:169.254.1.1", "::ffff:224.0.0.1"})
    EXPECT_EQ(whose_is(none), HostAddress::unusable) << none;
  EXPECT_EQ(whose_is("fec0::1"), HostAddress::elsewhere);
}

TEST(Ourselves, HaveTheAddressesOfTheirInterfaces) {
  auto const found = interface_addresses();
  EXPECT_NE(std::find(found.begin(), found.end(), ip_of("127.0.0.1")), found.end());
}

}  // namespace
}  // namespace postern::net

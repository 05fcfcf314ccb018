// Pseudonyms hide whose mail it was, and keep what belongs together.
#include "app/inputs/pseudonyms.hpp"

#include <gtest/gtest.h>

#include "base/registrable_domain.hpp"
#include "policy/host_identity.hpp"

namespace postern::app {
namespace {

IpAddress at(char const* text) { return *IpAddress::parse(text); }

TEST(Pseudonyms, keep_a_network_together_and_other_networks_apart) {
  Pseudonyms const hide("a secret of sixteen octets");
  auto const network = [&](char const* address) {
    return policy::host_identity({}, hide.address(at(address)));
  };
  EXPECT_EQ(network("192.0.2.1"), network("192.0.2.200"));
  EXPECT_NE(network("192.0.2.1"), network("192.0.3.1"));
  EXPECT_NE(hide.address(at("192.0.2.1")), hide.address(at("192.0.2.200")));
  EXPECT_EQ(network("2001:db8:1::1"), network("2001:db8:1:ffff::9"));
  EXPECT_NE(network("2001:db8:1::1"), network("2001:db8:2::1"));
}

TEST(Pseudonyms, leave_addresses_that_nobody_has_alone) {
  Pseudonyms const hide("a secret of sixteen octets");
  for (auto const* text : {"127.0.0.1", "::1", "10.1.2.3", "172.17.0.1", "192.168.0.9", "fe80::1", "fd00::1"})
    EXPECT_EQ(hide.address(at(text)), at(text)) << text;
}

TEST(Pseudonyms, keep_the_registrable_domain_of_names_together) {
  Pseudonyms const hide("a secret of sixteen octets");
  auto const domain = [&](char const* name) { return registrable_domain(hide.name(name)); };
  EXPECT_EQ(domain("mx1.example.co.uk"), domain("MX2.example.co.uk"));
  EXPECT_NE(domain("mx1.example.co.uk"), domain("mx1.other.co.uk"));
  EXPECT_EQ(hide.name(""), "");
  EXPECT_EQ(hide.mailbox(""), "");  // the null sender
}

TEST(Pseudonyms, are_the_same_for_the_same_secret_only) {
  Pseudonyms const one("a secret of sixteen octets"), same("a secret of sixteen octets"),
      other("another secret of octets");
  EXPECT_EQ(one.mailbox("Bob@Example.org"), same.mailbox("bob@example.org"));
  EXPECT_NE(one.mailbox("bob@example.org"), other.mailbox("bob@example.org"));
  EXPECT_EQ(one.mailbox("bob@example.org").find("bob"), std::string::npos);
  EXPECT_EQ(one.mailbox("bob@example.org").find("example"), std::string::npos);
}

}  // namespace
}  // namespace postern::app

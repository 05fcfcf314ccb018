#include "policy/directory.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"

namespace postern::policy {
namespace {

using tests::address;

LocalDomain domain_with(std::string_view name, std::unordered_set<std::string> mailboxes) {
  return {.name = *Domain::parse(name),
          .mailboxes = std::move(mailboxes),
          .aliases = {},
          .deliver = {},
          .tls = {}};
}

OwnAddresses own() {
  return OwnAddresses({*IpAddress::parse("192.0.2.25"), *IpAddress::parse("2001:db8::25")});
}

Directory directory_of(std::string const& hostname, std::vector<LocalDomain> domains) {
  return Directory(hostname, std::move(domains), own());
}

TEST(OwnAddresses, AreThoseOfTheHostAndLoopback) {
  for (auto const* text : {"192.0.2.25", "2001:db8::25", "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::"})
    EXPECT_TRUE(own().contains(*IpAddress::parse(text))) << text;
  for (auto const* text : {"192.0.2.26", "2001:db8::26", "203.0.113.99", "::2"})
    EXPECT_FALSE(own().contains(*IpAddress::parse(text))) << text;
  EXPECT_TRUE(OwnAddresses().contains(*IpAddress::parse("127.0.0.1")));
}

TEST(Directory, TakesOnlyLiteralsOfThisHostForIt) {  // RFC 5321 section 4.1.3
  auto const directory = directory_of("mx.example.org", {domain_with("mx.example.org", {"alice"})});
  EXPECT_EQ(directory.standing(address("alice@[192.0.2.25]")), RecipientClass::mailbox);
  EXPECT_EQ(directory.standing(address("alice@[IPv6:2001:db8::25]")), RecipientClass::mailbox);
  EXPECT_EQ(directory.standing(address("bob@[192.0.2.25]")), RecipientClass::unknown);
  EXPECT_EQ(directory.standing(address("alice@[203.0.113.99]")), RecipientClass::elsewhere);
  EXPECT_EQ(directory.standing(address("postmaster@[203.0.113.99]")), RecipientClass::elsewhere);
}

TEST(Directory, SendsNothingToThisHostByItsLiteral) {
  auto const directory = directory_of("mx.example.org", {domain_with("example.org", {"alice"})});
  EXPECT_EQ(directory.standing(address("alice@[192.0.2.25]")), RecipientClass::unknown)
      << "it would come back";
  EXPECT_EQ(directory.standing(address("alice@[203.0.113.99]")), RecipientClass::elsewhere);
}

TEST(Directory, HasThePostmasterOfTheHostName) {  // RFC 5321 section 4.5.1
  auto const directory = directory_of("MX.example.org", {domain_with("example.org", {"carol", "alice"}),
                                                         domain_with("other.example", {"x"})});
  for (auto const& to : {address("postmaster@mx.example.org"), address("PostMaster@MX.EXAMPLE.ORG"),
                         Address("postmaster"), address("postmaster@[192.0.2.25]")}) {
    EXPECT_EQ(directory.standing(to), RecipientClass::postmaster) << to.print();
    EXPECT_EQ(directory.mailbox_of(to), "alice");
    auto const expanded = directory.expand(to);
    ASSERT_TRUE(expanded && expanded->size() == 1);
    EXPECT_TRUE(same_mailbox(expanded->front(), address("postmaster@example.org")))
        << "where others know him";
  }
  EXPECT_EQ(directory.standing(address("alice@mx.example.org")), RecipientClass::elsewhere);
  EXPECT_EQ(directory.standing(address("postmaster@elsewhere.example")), RecipientClass::elsewhere);
}

TEST(Directory, FollowsTheAliasOfThePostmasterOfTheHostName) {
  auto domain = domain_with("example.org", {"alice"});
  domain.aliases["postmaster"] = {address("alice@example.org")};
  std::vector<LocalDomain> domains;
  domains.push_back(std::move(domain));
  auto const directory = directory_of("mx.example.org", std::move(domains));
  auto const expanded = directory.expand(address("postmaster@mx.example.org"));
  ASSERT_TRUE(expanded && expanded->size() == 1);
  EXPECT_EQ(expanded->front().print(), "alice@example.org");
}

TEST(Directory, AHostNameThatIsADomainHasItsOwnPostmaster) {
  auto const directory = directory_of(
      "mx.example.org", {domain_with("example.org", {"carol"}), domain_with("mx.example.org", {"dave"})});
  EXPECT_EQ(directory.mailbox_of(address("postmaster@mx.example.org")), "dave");
  EXPECT_EQ(directory.mailbox_of(Address("postmaster")), "dave");
  EXPECT_EQ(directory.expand(address("postmaster@mx.example.org"))->front().print(),
            "postmaster@mx.example.org");
}

TEST(Directory, HasNoMailboxWithoutAName) {
  auto const directory = tests::example_policy().directory;
  EXPECT_EQ(directory.standing(address("\"\"@any.example")), RecipientClass::unknown);
  EXPECT_EQ(directory.standing(address("\" \"@any.example")), RecipientClass::mailbox);
  EXPECT_EQ(directory.standing(address("\"+x\"@any.example")), RecipientClass::mailbox);
}

}  // namespace
}  // namespace postern::policy

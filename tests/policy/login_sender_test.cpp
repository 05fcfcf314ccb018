#include "policy/login_sender.hpp"

#include <gtest/gtest.h>

#include "policy/decide.hpp"
#include "support/example_policy.hpp"

namespace postern::policy {
namespace {

Policy own_senders() {
  auto policy = tests::example_policy();
  policy.senders = Senders::own;
  return policy;
}

TEST(LoginSender, SendsAsHisMailboxAndItsAliases) {
  auto const policy = own_senders();
  struct Case {
    char const* user;
    char const* address;
    bool may;
  };
  for (auto const& c : std::vector<Case>{{"alice", "Alice@EXAMPLE.org", true},
                                         {"alice", "alice+lists@example.org", true},
                                         {"alice", "alice@any.example", true},
                                         {"alice", "info@example.org", true},
                                         {"alice", "info+x@example.org", true},
                                         {"alice", "circle@example.org", true},
                                         {"alice", "bob@example.org", false},
                                         {"alice", "postmaster@example.org", false},
                                         {"alice", "alice@elsewhere.example", false},
                                         {"alice", "alice@[192.0.2.1]", false},
                                         {"bob", "info@example.org", false},
                                         {"alice@example.org", "alice@example.org", true},
                                         {"Alice@Example.org", "alice@example.org", true},
                                         {"alice@example.org", "info@example.org", true},
                                         {"alice@example.org", "alice@any.example", false},
                                         {"me@elsewhere.example", "me@elsewhere.example", true},
                                         {"x@elsewhere.example", "info@example.org", true},
                                         {"", "alice@example.org", false}})
    EXPECT_EQ(may_send_as(policy, c.user, tests::address(c.address)), c.may) << c.user << " as " << c.address;
}

TEST(LoginSender, SendsAsWhomTheOwnerGrants) {
  auto policy = own_senders();
  policy.may_send_as = {{"alice", {"sales@example.org", "@example.net"}}, {"shop", {"*"}}};
  EXPECT_TRUE(may_send_as(policy, "Alice", tests::address("sales@example.org")));
  EXPECT_TRUE(may_send_as(policy, "alice", tests::address("Sales+x@example.org")));
  EXPECT_TRUE(may_send_as(policy, "alice", tests::address("anybody@example.net")));
  EXPECT_FALSE(may_send_as(policy, "alice", tests::address("anybody@sub.example.net")));
  EXPECT_FALSE(may_send_as(policy, "bob", tests::address("sales@example.org")));
  EXPECT_TRUE(may_send_as(policy, "shop", tests::address("ceo@elsewhere.example")));
}

TEST(LoginSender, SendsAsAnybodyWhereTheOwnerAllowsIt) {
  auto policy = own_senders();
  policy.senders = Senders::any;
  EXPECT_TRUE(may_send_as(policy, "alice", tests::address("ceo@elsewhere.example")));
}

Facts logged_in(Stage stage, char const* sender) {
  Facts facts;
  facts.stage = stage;
  facts.connection.role = ListenerRole::submission;
  facts.connection.login = "alice";
  if (*sender != '\0') facts.transaction.mail.reverse_path = tests::address(sender);
  return facts;
}

TEST(LoginSender, IsRefusedAtMailAndAtTheEndOfTheContent) {
  auto const policy = own_senders();
  EXPECT_FALSE(decide(policy, logged_in(Stage::mail, "alice@example.org")).refuses());
  EXPECT_FALSE(decide(policy, logged_in(Stage::mail, "")).refuses()) << "the null sender claims nothing";
  auto const refused = decide(policy, logged_in(Stage::mail, "bob@example.org"));
  EXPECT_EQ(refused.reply.one_line(),
            "550 5.7.1 You are logged in as alice: bob@example.org is no address of yours");
  EXPECT_EQ(print(refused.decided_by), "builtin:auth.senders");

  auto facts = logged_in(Stage::content, "alice@example.org");
  EXPECT_FALSE(decide(policy, facts).refuses());
  facts.transaction.authors = {tests::address("info@example.org"), tests::address("bob@example.org")};
  EXPECT_EQ(decide(policy, facts).reply.code, 550);
  facts.transaction.authors.pop_back();
  EXPECT_FALSE(decide(policy, facts).refuses());
  facts.transaction.authors_problem = "From: \"a@[b\" is no address";
  EXPECT_EQ(decide(policy, facts).reply.one_line(),
            "550 5.7.1 You are logged in as alice: From: \"a@[b\" is no address");
  facts.transaction.authors_problem.clear();
  facts.transaction.senders = {tests::address("alice@example.org"), tests::address("bob@example.org")};
  EXPECT_EQ(
      decide(policy, facts).reply.one_line(),
      "550 5.7.1 You are logged in as alice: Sender or Resent-From: bob@example.org is no address of yours");
  facts.transaction.senders.pop_back();
  EXPECT_FALSE(decide(policy, facts).refuses());
  facts.transaction.authors.clear();
  facts.transaction.authors_missing = true;
  EXPECT_EQ(decide(policy, facts).reply.one_line(),
            "550 5.7.1 You are logged in as alice: the message has no From field, which says who wrote it");
}

TEST(LoginSender, IsNobodysBusinessWhereNobodyOfOursHasLoggedIn) {
  auto const policy = own_senders();
  auto facts = logged_in(Stage::mail, "bob@example.org");
  facts.connection.role = ListenerRole::beside;  // the other MTA's users
  EXPECT_FALSE(decide(policy, facts).refuses());
  facts.connection.role = ListenerRole::submission;
  facts.connection.login.clear();
  facts.connection.client = *IpAddress::parse("192.0.2.1");  // known by its network
  EXPECT_FALSE(decide(policy, facts).refuses());
}

}  // namespace
}  // namespace postern::policy

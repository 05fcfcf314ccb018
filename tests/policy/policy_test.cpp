#include <gtest/gtest.h>

#include "policy/decide.hpp"
#include "support/example_policy.hpp"

namespace postern::policy {
namespace {

using tests::address;
using tests::example_policy;

Facts facts_at(Stage stage, bool tls, std::string_view recipient = {}) {
  Facts facts;
  facts.stage = stage;
  facts.connection.client = *IpAddress::parse("203.0.113.5");
  if (tls) facts.connection.tls.state = TlsState::established;
  if (!recipient.empty()) {
    facts.transaction.recipients.push_back({.address = address(recipient)});
    facts.transaction.recipients.back().standing = example_policy().directory.standing(address(recipient));
  }
  return facts;
}

TEST(Directory, KnowsWhoLivesHere) {
  auto const directory = example_policy().directory;
  EXPECT_EQ(directory.standing(address("Alice@EXAMPLE.org")), RecipientClass::mailbox);
  EXPECT_EQ(directory.standing(address("alice+lists@example.org")), RecipientClass::mailbox);
  EXPECT_EQ(directory.standing(address("info@example.org")), RecipientClass::alias);
  EXPECT_EQ(directory.standing(address("info+x@example.org")), RecipientClass::alias);
  EXPECT_EQ(directory.standing(address("nobody@example.org")), RecipientClass::unknown);
  EXPECT_EQ(directory.standing(address("x@elsewhere.example")), RecipientClass::elsewhere);
  EXPECT_EQ(directory.standing(address("Postmaster@example.org")), RecipientClass::postmaster);
  EXPECT_EQ(directory.standing(Address("postmaster")), RecipientClass::postmaster);
  EXPECT_EQ(directory.standing(address("anybody@any.example")), RecipientClass::mailbox);
  EXPECT_EQ(directory.mailbox_of(address("Alice+x@example.org")), "alice");
  EXPECT_EQ(directory.mailbox_of(address("postmaster@example.org")), "alice");
}

TEST(Directory, FollowsAliasesOnceEach) {
  auto const directory = example_policy().directory;
  auto const targets = directory.expand(address("info@example.org"));
  ASSERT_TRUE(targets);
  std::vector<std::string> printed;
  for (auto const& target : *targets) printed.push_back(target.print());
  EXPECT_EQ(printed, (std::vector<std::string>{"alice@example.org", "x@elsewhere.example"}));
  EXPECT_EQ(directory.expand(address("all@example.org"))->size(),
            3U);  // info, bob and itself by way of a circle
}

TEST(Decide, TakesMailInTheClearByDefault) {
  auto const policy = example_policy();
  EXPECT_FALSE(decide(policy, facts_at(Stage::mail, false)).refuses());
  EXPECT_FALSE(decide(policy, facts_at(Stage::rcpt, false, "alice@example.org")).refuses());
}

TEST(Decide, RequiresTlsWhenTold) {  // RFC 3207 section 4
  auto policy = example_policy();
  policy.tls = TlsRequirement::always;
  EXPECT_FALSE(decide(policy, facts_at(Stage::mail, false)).refuses());  // postmaster may follow
  auto const refused = decide(policy, facts_at(Stage::rcpt, false, "alice@example.org"));
  EXPECT_EQ(refused.reply.one_line(), "530 5.7.0 Must issue a STARTTLS command first");
  EXPECT_EQ(print(refused.decided_by), "builtin:tls.require");
  EXPECT_FALSE(decide(policy, facts_at(Stage::rcpt, true, "alice@example.org")).refuses());
}

TEST(Decide, ExemptsPostmasterAndWhereTlsReportsGo) {  // RFC 8460 section 3
  auto policy = example_policy();
  policy.tls = TlsRequirement::always;
  policy.tls_report_addresses = {"bob@example.org"};
  EXPECT_FALSE(decide(policy, facts_at(Stage::rcpt, false, "postmaster@example.org")).refuses());
  EXPECT_FALSE(decide(policy, facts_at(Stage::rcpt, false, "Bob@example.org")).refuses());
  EXPECT_TRUE(decide(policy, facts_at(Stage::rcpt, false, "alice@example.org")).refuses());
}

TEST(Decide, RequiresTlsForOneDomainOnly) {
  auto const policy = example_policy();
  EXPECT_EQ(decide(policy, facts_at(Stage::rcpt, false, "any@strict.example")).reply.code, 530);
  EXPECT_FALSE(decide(policy, facts_at(Stage::rcpt, true, "any@strict.example")).refuses());
  EXPECT_FALSE(decide(policy, facts_at(Stage::rcpt, false, "postmaster@strict.example")).refuses());
  EXPECT_FALSE(decide(policy, facts_at(Stage::rcpt, false, "alice@example.org")).refuses());
}

TEST(Decide, RefusesStrangersAndRelaysForFriends) {
  auto const policy = example_policy();
  EXPECT_EQ(decide(policy, facts_at(Stage::rcpt, false, "nobody@example.org")).reply.one_line(),
            "550 5.1.1 No such user here");
  auto facts = facts_at(Stage::rcpt, false, "x@elsewhere.example");
  EXPECT_EQ(decide(policy, facts).reply.one_line(), "550 5.7.1 Relaying denied");
  facts.connection.client = *IpAddress::parse("192.0.2.9");
  EXPECT_FALSE(decide(policy, facts).refuses());
}

TEST(Decide, RefusesWhatAContentFilterRefusesAndNothingElseOfWhatItSays) {
  auto const policy = example_policy();
  auto facts = facts_at(Stage::content, false, "alice@example.org");
  facts.transaction.recipients.back().accepted = true;
  facts.transaction.filter.name = "spam";
  facts.transaction.filter.action = "reject";  // as a replay knows it: by its word alone nothing is refused
  EXPECT_FALSE(decide(policy, facts).refuses());
  for (auto const effect : {Effect::defer, Effect::reject}) {
    facts.transaction.filter.effect = effect;
    facts.transaction.filter.reply = {550, {5, 7, 1}, "no"};
    auto const verdict = decide(policy, facts);
    EXPECT_EQ(verdict.effect, effect);
    EXPECT_EQ(verdict.decided_by.builtin, Builtin::filters);
    EXPECT_EQ(verdict.reply.text, "no");
  }
  facts.stage = Stage::rcpt;
  EXPECT_FALSE(decide(policy, facts).refuses());
}

}  // namespace
}  // namespace postern::policy

#include "policy/dmarc_rule.hpp"

#include <gtest/gtest.h>

#include "policy/decide.hpp"
#include "policy/rules.hpp"
#include "support/example_policy.hpp"

namespace postern::policy {
namespace {

Policy policy_that(Enforce enforce, std::vector<Rule> rules = {}) {
  auto policy = tests::example_policy();
  policy.dmarc.enforce = enforce;
  if (!rules.empty()) policy.rules = *RuleSet::compile(std::move(rules), {});
  return policy;
}

Rule dmarc_test_rule(std::string when, Effect then) {
  Rule made;
  made.name = "rule";
  made.when = std::move(when);
  made.then = then;
  made.rollout = Rule::everybody;
  return made;
}

// A message for alice and bob that fails.
Facts failing(auth::DmarcPolicy disposition) {
  Facts facts;
  facts.stage = Stage::content;
  facts.connection.client = *IpAddress::parse("203.0.113.5");
  for (auto const* recipient : {"alice@example.org", "bob@example.org"})
    facts.transaction.recipients.push_back({.address = tests::address(recipient),
                                            .standing = RecipientClass::mailbox,
                                            .accepted = true,
                                            .code = 250});
  facts.transaction.authentication.dmarc = Dmarc::fail;
  facts.transaction.authentication.dmarc_domain = "bank.example";
  facts.transaction.authentication.dmarc_policy = disposition;
  facts.transaction.authentication.disposition = disposition;
  return facts;
}

TEST(DmarcEnforce, DoesNothingUnlessItIsOn) {
  for (auto const enforce : {Enforce::off, Enforce::observe}) {
    auto const verdict = decide(policy_that(enforce), failing(auth::DmarcPolicy::reject));
    EXPECT_FALSE(verdict.refuses());
    EXPECT_TRUE(verdict.marks.empty());
  }
}

TEST(DmarcEnforce, RefusesWhatTheAuthorsDomainWantsRefused) {
  auto const verdict = decide(policy_that(Enforce::on), failing(auth::DmarcPolicy::reject));
  EXPECT_EQ(verdict.effect, Effect::reject);
  EXPECT_EQ(verdict.decided_by.builtin, Builtin::dmarc_enforce);
  EXPECT_EQ(verdict.reply.code, 550);
  EXPECT_EQ(verdict.reply.status.print(), "5.7.26");
  EXPECT_NE(verdict.reply.text.find("bank.example"), std::string::npos);
}

TEST(DmarcEnforce, FlagsWhatTheAuthorsDomainWantsQuarantined) {
  auto facts = failing(auth::DmarcPolicy::quarantine);
  facts.transaction.recipients[1].flag = "earlier; reason";
  auto const verdict = decide(policy_that(Enforce::on), facts);
  EXPECT_EQ(verdict.effect, Effect::flag);
  ASSERT_EQ(verdict.marks.size(), 1U) << "a flag that is there already stays";
  EXPECT_EQ(verdict.marks[0].recipient, 0U);
  EXPECT_EQ(verdict.marks[0].flag.substr(0, 15), "dmarc.enforce; ");
}

TEST(DmarcEnforce, DoesNothingToTheRest) {
  for (auto const result : {Dmarc::not_asked, Dmarc::none, Dmarc::pass, Dmarc::temperror}) {
    auto facts = failing(auth::DmarcPolicy::none);
    facts.transaction.authentication.dmarc = result;
    auto const verdict = decide(policy_that(Enforce::on), facts);
    EXPECT_FALSE(verdict.refuses());
    EXPECT_TRUE(verdict.marks.empty());
  }
}

TEST(DmarcEnforce, LeavesToRulesWhatTheyHaveDecidedForEverybody) {
  auto const facts = failing(auth::DmarcPolicy::reject);
  auto const accepts = policy_that(Enforce::on, {dmarc_test_rule("dmarc.result == 'fail'", Effect::accept)});
  EXPECT_FALSE(decide(accepts, facts).refuses());
  auto const earlier = policy_that(Enforce::on, {dmarc_test_rule("client.address ~= nil", Effect::accept)});
  EXPECT_FALSE(decide(earlier, facts).refuses()) << "also by rules that were asked before";
  auto const for_one =
      policy_that(Enforce::on, {dmarc_test_rule("recipient.address == 'alice@example.org'", Effect::accept)});
  EXPECT_TRUE(decide(for_one, facts).refuses()) << "bob is not exempt";
}

TEST(DmarcEnforce, CannotBeToldWhereTheFactsAreUnknown) {
  auto facts = failing(auth::DmarcPolicy::none);
  facts.unknown_facts = static_cast<std::uint8_t>(UnknownFacts::authentication);
  EXPECT_TRUE(decide(policy_that(Enforce::on), facts).unknown_facts);
  EXPECT_FALSE(decide(policy_that(Enforce::off), facts).unknown_facts);
}

TEST(OwnHosts, AreThisOneAndThoseThatMayRelay) {
  auto const policy = tests::example_policy();
  ConnectionFacts connection;
  for (auto const* own : {"127.0.0.1", "::1", "192.0.2.9"}) {
    connection.client = *IpAddress::parse(own);
    EXPECT_TRUE(is_own_host(policy, connection)) << own;
    EXPECT_FALSE(verifies_messages(policy, connection)) << own;
  }
  connection.login = "alice";
  EXPECT_FALSE(is_own_host(policy, connection)) << "a user is no host";
  EXPECT_FALSE(verifies_messages(policy, connection));
  connection.login.clear();
  connection.client = *IpAddress::parse("203.0.113.5");
  EXPECT_FALSE(is_own_host(policy, connection));
  EXPECT_TRUE(verifies_messages(policy, connection));
  connection.role = ListenerRole::submission;
  EXPECT_FALSE(verifies_messages(policy, connection));
}

TEST(DkimDomains, AreATableThatRulesLookInto) {
  auto facts = failing(auth::DmarcPolicy::none);
  facts.transaction.authentication.dkim_domains = {"one.example", "two.example"};
  auto partners = std::make_shared<List>();
  EXPECT_TRUE(partners->add("two.example"));
  auto const matches = [&](std::string when) {
    auto policy = tests::example_policy();
    policy.rules =
        *RuleSet::compile({dmarc_test_rule(std::move(when), Effect::reject)}, {{"partners", partners}});
    return decide(policy, facts).refuses();
  };
  EXPECT_TRUE(matches("'one.example' in dkim.domains"));
  EXPECT_FALSE(matches("'three.example' in dkim.domains"));
  EXPECT_TRUE(matches("dkim.domains in partners"));
  EXPECT_FALSE(matches("not (dkim.domains in partners)"));
  facts.transaction.authentication.dkim_domains = {"one.example"};
  EXPECT_FALSE(matches("dkim.domains in partners"));
  facts.transaction.authentication.dkim_domains = {};
  EXPECT_FALSE(matches("dkim.domains in partners"));
}

}  // namespace
}  // namespace postern::policy

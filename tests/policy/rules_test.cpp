#include "policy/rules.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "policy/decide.hpp"
#include "policy/expression_source.hpp"
#include "support/example_policy.hpp"

namespace postern::policy {
namespace {

using tests::address;
using tests::example_policy;

Lists some_lists() {
  auto partners = std::make_shared<List>();
  for (auto const* entry :
       {"bank.example", "*.gov.example", "friend@far.example", "198.51.100.0/24", "2001:db8::/32"})
    EXPECT_TRUE(partners->add(entry));
  return {{"partners", partners}};
}

Rule rule(std::string when, Effect then = Effect::reject, std::uint32_t rollout = Rule::everybody) {
  Rule made;
  made.name = "rule: " + when;
  made.when = std::move(when);
  made.then = then;
  made.reply = {static_cast<std::uint16_t>(then == Effect::defer ? 450 : 550), {5, 7, 1}, "No"};
  made.rollout = rollout;
  return made;
}

Policy with(std::vector<Rule> rules) {
  auto policy = example_policy();
  auto compiled = RuleSet::compile(std::move(rules), some_lists());
  if (!compiled) {
    ADD_FAILURE() << compiled.error().front().what;
    return policy;
  }
  policy.rules = *compiled;
  return policy;
}

std::string why_not(std::string when) {
  auto const compiled = RuleSet::compile({rule(std::move(when))}, some_lists());
  return compiled ? "" : compiled.error().front().what;
}

Facts some_facts() {
  Facts facts;
  facts.stage = Stage::rcpt;
  facts.connection.client = *IpAddress::parse("203.0.113.5");
  facts.connection.helo = "mail.far.example";
  facts.connection.verified_name = "mail.far.example";
  facts.connection.started = Instant(std::chrono::seconds(1'795'532'400));  // 2026-11-24 15:00 UTC, a Tuesday
  facts.transaction.mail.reverse_path = address("Someone@Sub.GOV.example");
  facts.transaction.size = 5000;
  facts.transaction.recipients.push_back({.address = address("alice@example.org"),
                                          .standing = RecipientClass::mailbox,
                                          .accepted = true,
                                          .code = 250});
  return facts;
}

// What the expression is for these facts; "error" when it erred.
std::string value_of(std::string const& when, Facts facts = some_facts()) {
  auto const policy = with({rule(when)});
  if (!policy.rules) return "not compiled";
  for (facts.stage = Stage::connect; !policy.rules->asks_at(facts.stage);)
    facts.stage = static_cast<Stage>(static_cast<int>(facts.stage) + 1);
  Verdict verdict;
  policy.rules->evaluate(policy, facts, &facts.transaction.recipients.back(), 0, false, verdict);
  if (!verdict.problems.empty()) return "error";
  return verdict.unknown_facts ? "unknown_facts" : verdict.refuses() ? "true" : "false";
}

TEST(Expression, SeesEveryFactAndList) {
  EXPECT_EQ(value_of("not tls"), "true");
  EXPECT_EQ(value_of("not tls and sender.domain in partners"), "true");
  EXPECT_EQ(value_of("not sender.domain in partners"), "false") << "in binds tighter than not";
  EXPECT_EQ(value_of("client.address in partners"), "false");
  EXPECT_EQ(value_of("sender.address in partners"), "true");
  EXPECT_EQ(value_of("client.helo in {'a', 'mail.far.example'}"), "true");
  EXPECT_EQ(value_of("client.domain == 'far.example' and client.name:ends_with('.far.example')"), "true");
  EXPECT_EQ(value_of("tls.version ~= nil"), "false") << "what is not there has no fields";
  EXPECT_EQ(value_of("time.weekday == 2 and time.hour == 15 and time.date == '2026-11-24'"), "true");
  EXPECT_EQ(value_of("recipient.domain == 'example.org' -- and a comment: in"), "true");
  EXPECT_EQ(value_of("sender.null in partners"), "false");
  EXPECT_EQ(value_of("[[ in ]] == ' in ' and \" in \" == ' in '"), "true") << "a text is left alone";
  EXPECT_EQ(value_of("(function() for i = 1, 3 do if i == 3 then return true end end end)()"), "true");
  auto facts = some_facts();
  facts.connection.tls.state = TlsState::established;
  facts.connection.tls.version = "TLSv1.2";
  EXPECT_EQ(value_of("tls and tls.version < 1.3", facts), "true");
}

TEST(Expression, NumbersCanBeInATable) {
  EXPECT_EQ(value_of("time.hour in {14, 15}"), "true");
  EXPECT_EQ(value_of("time.hour in {1, 2}"), "false");
  EXPECT_EQ(value_of("not time.hour in {15}"), "false") << "in binds tighter than not";
  EXPECT_EQ(value_of("size in {5000.0}"), "true") << "a whole number equals itself with a point";
  EXPECT_EQ(value_of("time.hour in partners"), "false") << "a list holds texts only";
  EXPECT_EQ(value_of("tls.version in {1.2}"), "false") << "without TLS there is no version";
  auto facts = some_facts();
  facts.connection.tls.state = TlsState::established;
  facts.connection.tls.version = "TLSv1.2";
  EXPECT_EQ(value_of("tls.version in {1.2, 1.3}", facts), "true");
  EXPECT_EQ(value_of("tls.version in {1.3}", facts), "false");
}

TEST(Expression, EveryFactCanBeAskedFor) {
  for (auto const& fact : fact_names())
    EXPECT_NE(value_of(std::string(fact.name) + " == 'x'", some_facts()), "error") << fact.name;
}

TEST(Expression, NamesThatAreUnknownAreFoundBeforeAnythingRuns) {
  EXPECT_EQ(why_not("sender.domian in partners"),
            "sender.domian: there is no such fact; did you mean \"sender.domain\"?");
  EXPECT_EQ(why_not("sender.domain in partnres"),
            "partnres: neither a fact nor one of [lists]; did you mean \"partners\"?");
  EXPECT_EQ(why_not("not tlz"), "tlz: neither a fact nor one of [lists]; did you mean \"tls\"?");
  EXPECT_EQ(why_not("sender"), "sender: which of its facts?");
  EXPECT_EQ(why_not("os.execute('x')"), "os: neither a fact nor one of [lists]");
  EXPECT_EQ(why_not("require('x')"), "require: neither a fact nor one of [lists]");
  EXPECT_EQ(why_not("tls.frob"), "tls.frob: there is no such fact");
  EXPECT_NE(why_not("not not"), "");
  EXPECT_NE(why_not("tls)"), "");
  EXPECT_NE(why_not("\x1bLua"), "") << "no bytecode";
  EXPECT_EQ(why_not(std::string(5000, ' ') + "tls"), "it is longer than 4096 bytes");
}

TEST(Expression, IsBoundedAndCannotReachTheWorld) {
  EXPECT_EQ(value_of("(function() while true do end end)()"), "error");
  EXPECT_EQ(value_of("(function() local s = 'x' for i = 1, 60 do s = s .. s end return s end)()"), "error");
  EXPECT_EQ(value_of("(function() local function f() return f() + 1 end return f() end)()"), "error");
  EXPECT_EQ(value_of("client.address.x.y"), "false") << "what is not there has no fields";
  EXPECT_EQ(value_of("(function() tls = true end)()"), "error") << "facts cannot be changed";
  EXPECT_EQ(value_of("(function() client.name = 'x' end)()"), "error");
  EXPECT_EQ(value_of("('x').rep"), "false") << "only a few functions of texts are there";
  EXPECT_EQ(value_of("not tls"), "true") << "and the next rule works as before";
}

TEST(Expression, WhatASourceDoesNotTellIsNotGuessed) {
  auto facts = some_facts();
  facts.unknown_facts = static_cast<std::uint8_t>(UnknownFacts::size);
  EXPECT_EQ(value_of("declared_size > 100", facts), "unknown_facts");
  EXPECT_EQ(value_of("tls and declared_size > 100", facts), "false") << "it does not matter then";
}

TEST(List, KnowsDomainsWithSubdomainsAddressesAndNetworks) {
  auto const lists = some_lists();
  auto const& list = *lists.at("partners");
  EXPECT_TRUE(list.contains("BANK.example"));
  EXPECT_FALSE(list.contains("sub.bank.example"));
  EXPECT_TRUE(list.contains("a.b.gov.example"));
  EXPECT_FALSE(list.contains("gov.example"));
  EXPECT_TRUE(list.contains("Friend@far.example"));
  EXPECT_FALSE(list.contains("foe@far.example"));
  EXPECT_TRUE(list.contains("x@bank.example"));
  EXPECT_TRUE(list.contains("198.51.100.77"));
  EXPECT_TRUE(list.contains("2001:db8::5"));
  EXPECT_FALSE(list.contains("203.0.113.1"));
  EXPECT_FALSE(list.contains(""));
  List bad;
  EXPECT_FALSE(bad.add("no domain at all"));
  EXPECT_FALSE(bad.add("@"));
  EXPECT_FALSE(bad.add(""));
}

TEST(Rules, TheFirstThatMatchesDecides) {
  auto const policy = with({rule("sender.domain in partners", Effect::accept), rule("not tls")});
  EXPECT_FALSE(decide(policy, some_facts()).refuses());
  auto facts = some_facts();
  facts.transaction.mail.reverse_path = address("a@far.example");
  EXPECT_EQ(decide(policy, facts).decided_by.rule, "rule: not tls");
}

TEST(Rules, AcceptingIsAnExemptionFromTlsRequireButNotFromTheDirectory) {
  auto policy = with({rule("sender.domain in partners", Effect::accept)});
  policy.tls = TlsRequirement::always;
  EXPECT_FALSE(decide(policy, some_facts()).refuses());
  auto facts = some_facts();
  facts.transaction.recipients.back().standing = RecipientClass::elsewhere;
  EXPECT_EQ(decide(policy, facts).decided_by.builtin, Builtin::relay);
}

TEST(Rules, AreAskedAtTheEarliestStageAtWhichAllIsKnown) {
  auto const asks = [](std::string when) {
    auto const policy = with({rule(std::move(when))});
    for (auto const stage : {Stage::connect, Stage::helo, Stage::mail, Stage::rcpt, Stage::content})
      if (policy.rules->asks_at(stage)) return stage;
    return Stage::content;
  };
  EXPECT_EQ(asks("client.address in partners"), Stage::connect);
  EXPECT_EQ(asks("client.helo == 'x'"), Stage::helo);
  EXPECT_EQ(asks("sender.domain in partners"), Stage::mail);
  EXPECT_EQ(asks("recipient.domain == 'x'"), Stage::rcpt);
  EXPECT_EQ(asks("not tls"), Stage::rcpt) << "postmaster is exempt, and only RCPT tells";
  EXPECT_EQ(asks("size > 100 and client.helo == 'x'"), Stage::content);
  auto const policy =
      with({rule("recipient.domain == 'x'", Effect::accept), rule("client.address in partners")});
  EXPECT_FALSE(policy.rules->asks_at(Stage::connect)) << "not before the one that is written first";
}

TEST(Rules, ThatObserveAreNotedAndDoNotDecide) {
  auto const policy = with({rule("not tls", Effect::reject, 0), rule("not tls", Effect::flag)});
  auto const verdict = decide(policy, some_facts());
  EXPECT_FALSE(verdict.refuses());
  ASSERT_EQ(verdict.matches.size(), 2U);
  EXPECT_FALSE(verdict.matches[0].enforced);
  EXPECT_EQ(verdict.matches[0].effect, Effect::reject);
  EXPECT_TRUE(verdict.matches[1].enforced);
  ASSERT_EQ(verdict.marks.size(), 1U);
  EXPECT_EQ(verdict.marks[0].flag, "rule: not tls; No");
}

TEST(Rules, ThatErrAreSkippedAndToldOf) {
  auto const policy = with({rule("tls.version < 1.3"), rule("client.helo == 'x'")});
  auto const verdict = decide(policy, some_facts());
  EXPECT_FALSE(verdict.refuses());
  ASSERT_EQ(verdict.problems.size(), 1U);
  EXPECT_EQ(verdict.problems[0].rule, "rule: tls.version < 1.3");
}

TEST(Rules, AboutTlsExemptPostmasterAndOthersDoNot) {
  auto const policy = with({rule("not tls"), rule("sender.domain in partners")});
  auto facts = some_facts();
  facts.transaction.recipients.back() = {.address = address("postmaster@example.org"),
                                         .standing = RecipientClass::postmaster};
  EXPECT_EQ(decide(policy, facts).decided_by.rule, "rule: sender.domain in partners");
}

TEST(Rules, AtTheEndTheStrictestWordOfAnyRecipientCounts) {
  auto const policy = with({rule("size > 100 and recipient.address == 'bob@example.org'", Effect::defer)});
  auto facts = some_facts();
  facts.stage = Stage::content;
  EXPECT_FALSE(decide(policy, facts).refuses());
  facts.transaction.recipients.push_back({.address = address("bob@example.org"),
                                          .standing = RecipientClass::mailbox,
                                          .accepted = true,
                                          .code = 250});
  EXPECT_EQ(decide(policy, facts).effect, Effect::defer);
  facts.transaction.recipients.back().accepted = false;
  EXPECT_FALSE(decide(policy, facts).refuses());
}

TEST(Rules, AnExemptionIsTheRecipientsOwnAndLiftsNothingForThoseBesideIt) {
  auto policy = with({rule("not tls and size > 100")});
  policy.tls_report_addresses = {"bob@example.org"};
  auto facts = some_facts();
  facts.stage = Stage::content;
  EXPECT_TRUE(decide(policy, facts).refuses()) << "to alice alone";
  RecipientFacts const postmaster{
      .address = address("postmaster@example.org"), .standing = RecipientClass::postmaster, .accepted = true};
  RecipientFacts const reports{
      .address = address("bob@example.org"), .standing = RecipientClass::mailbox, .accepted = true};
  for (auto const& exempt : {postmaster, reports}) {
    auto beside = facts;
    beside.transaction.recipients.push_back(exempt);
    EXPECT_TRUE(decide(policy, beside).refuses()) << exempt.address.print();
    std::swap(beside.transaction.recipients[0], beside.transaction.recipients[1]);
    EXPECT_TRUE(decide(policy, beside).refuses()) << "in either order";
    beside.transaction.recipients.pop_back();
    EXPECT_FALSE(decide(policy, beside).refuses()) << "to the exempt one alone";
  }
}

TEST(Rules, ARolloutIsAStableShareOfHosts) {
  auto const tenth = rule("not tls", Effect::reject, 1000), half = rule("not tls", Effect::reject, 5000);
  int in_tenth = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto const host = "host" + std::to_string(i) + ".example";
    bool const enforced = is_enforced(tenth, host);
    EXPECT_EQ(is_enforced(tenth, host), enforced);
    if (enforced) EXPECT_TRUE(is_enforced(half, host)) << "who is in stays in";
    in_tenth += enforced ? 1 : 0;
  }
  EXPECT_GT(in_tenth, 850);
  EXPECT_LT(in_tenth, 1150);
}

TEST(Rules, AreAskedFromManyThreads) {
  auto const policy = with({rule("not tls and sender.domain in partners")});
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      auto const facts = some_facts();
      for (int k = 0; k < 500; ++k) right += decide(policy, facts).refuses() ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 2000);
}

}  // namespace
}  // namespace postern::policy

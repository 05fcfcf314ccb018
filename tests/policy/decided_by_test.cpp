#include "policy/decided_by.hpp"

#include <gtest/gtest.h>

#include "policy/deferred_mail.hpp"
#include "support/example_policy.hpp"

namespace postern::policy {
namespace {

TEST(DecidedBy, PrintsBuiltinRulesWithAPrefixAndOwnersRulesAsTheyAre) {
  EXPECT_EQ(print(DecidedBy{}), "");
  EXPECT_EQ(print(DecidedBy{.builtin = Builtin::tls_require}), "builtin:tls.require");
  EXPECT_EQ(print(DecidedBy{.rule = "no spam"}), "no spam");
}

TEST(DecidedBy, IsReadAsItWasPrinted) {
  for (auto const builtin : builtins) {
    DecidedBy const by{.builtin = builtin};
    EXPECT_FALSE(print(builtin).empty());
    EXPECT_EQ(parse_decided_by(print(by)), by);
  }
  EXPECT_EQ(parse_decided_by("no spam"), DecidedBy{.rule = "no spam"});
  EXPECT_FALSE(parse_decided_by("").anything());
}

TEST(DecidedBy, ReadsTheBareBuiltinNamesOfEarlierVersions) {
  for (auto const builtin : builtins)
    EXPECT_EQ(parse_decided_by(print(builtin)), DecidedBy{.builtin = builtin});
}

TEST(DecidedBy, ReservesTheNamesOfBuiltinRulesAndTheirPrefix) {
  EXPECT_TRUE(is_reserved_rule_name("relay"));
  EXPECT_TRUE(is_reserved_rule_name("builtin:relay"));
  EXPECT_TRUE(is_reserved_rule_name("builtin:whatever comes later"));
  EXPECT_FALSE(is_reserved_rule_name("relays"));
  EXPECT_FALSE(is_reserved_rule_name(""));
}

TEST(DeferredMail, WaitsForTlsOnlyWhenTheBuiltinRulePutItOff) {
  Facts facts;
  facts.stage = Stage::rcpt;
  facts.connection.client = *IpAddress::parse("203.0.113.5");
  facts.connection.started = from_micros(1'000'000);
  facts.transaction.recipients.push_back({.address = tests::address("alice@example.org")});
  Verdict verdict;
  verdict.effect = Effect::defer;
  DeferredMail deferred;
  verdict.decided_by = {.rule = "tls.require"};  // an owner's rule, whatever it is called
  deferred.note(facts, verdict);
  EXPECT_FALSE(deferred.since(facts));
  verdict.decided_by = {.builtin = Builtin::tls_require};
  deferred.note(facts, verdict);
  EXPECT_EQ(deferred.since(facts), from_micros(1'000'000));
}

}  // namespace
}  // namespace postern::policy

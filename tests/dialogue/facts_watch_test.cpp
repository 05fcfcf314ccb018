#include "support/facts_watch.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"

namespace postern::tests {
namespace {

using Names = std::vector<std::string>;

TEST(FactsWatch, FindsAFactThatChangesThoughNothingWasSaid) {
  FactsWatch watch;
  policy::Facts facts;
  EXPECT_EQ(watch.unannounced(facts, Door::none), Names{});
  facts.connection.port = 4711;
  EXPECT_EQ(watch.unannounced(facts, Door::none), Names{"connection.port"});
  EXPECT_EQ(watch.unannounced(facts, Door::none), Names{}) << "it is told of once";
}

TEST(FactsWatch, FindsAFactThatTheDoorIsNotAbout) {
  FactsWatch watch;
  policy::Facts facts;
  watch.unannounced(facts, Door::none);
  facts.connection.commands = 1;
  facts.connection.login = "alice";
  EXPECT_EQ(watch.unannounced(facts, Door::line), Names{"connection.login"});
}

TEST(FactsWatch, FindsATransactionThatChangesWithoutAStepThatSaysSo) {
  FactsWatch watch;
  policy::Facts facts;
  watch.unannounced(facts, Door::none);
  facts.transaction.recipients.push_back({.address = address("alice@example.org")});
  EXPECT_EQ(watch.unannounced(facts, Door::line), Names{"transaction.recipients"});
  facts.transaction.recipients.push_back({.address = address("bob@example.org")});
  EXPECT_EQ(watch.unannounced(facts, Door::line, dialogue::Then::ask_verdict), Names{});
  facts.transaction = {};
  EXPECT_EQ(watch.unannounced(facts, Door::line, dialogue::Then::read_line, true), Names{});
}

}  // namespace
}  // namespace postern::tests

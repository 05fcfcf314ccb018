#include "policy/around_decide.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"

namespace postern::policy {
namespace {

using std::chrono::hours;
using tests::address;
using tests::example_policy;

Instant hour_of_day(int hour) { return Instant(hours(24 * 20'000 + hour)); }

Facts facts_at(Stage stage) {
  Facts facts;
  facts.stage = stage;
  facts.connection.client = *IpAddress::parse("203.0.113.5");
  facts.connection.started = hour_of_day(40);
  facts.transaction.recipients.push_back({.address = address("alice@example.org")});
  return facts;
}

// This client has used TLS three times in 30 hours, and then failed at it once.
TlsMemory memory_of_tls() {
  TlsMemory memory;
  auto connection = facts_at(Stage::connect).connection;
  connection.tls.state = TlsState::established;
  for (int const hour : {0, 10, 30}) {
    connection.ended = hour_of_day(hour);
    remember(memory, connection);
  }
  connection.tls.state = TlsState::failed;
  connection.ended = hour_of_day(31);
  remember(memory, connection);
  return memory;
}

TEST(Recall, KnowsTheClientWhenItConnectsAndItsHostAtMail) {
  auto const memory = memory_of_tls();
  auto facts = facts_at(Stage::connect);
  recall(memory, DeferredMail(), example_policy(), facts);
  EXPECT_EQ(facts.connection.remembered.failed_handshakes, 1U);
  EXPECT_EQ(facts.connection.remembered.tls.sessions, 0U);
  facts.stage = Stage::mail;
  recall(memory, DeferredMail(), example_policy(), facts);
  EXPECT_EQ(facts.connection.identity, "203.0.113.0/24");
  EXPECT_EQ(facts.connection.remembered.tls.sessions, 3U);
}

TEST(Recall, KnowsAtRcptSinceWhenThisMailHasBeenPutOff) {
  auto facts = facts_at(Stage::rcpt);
  DeferredMail deferred;
  Verdict verdict;
  verdict.effect = Effect::defer;
  verdict.decided_by = {.builtin = Builtin::tls_require};
  deferred.note(facts, verdict);
  recall(TlsMemory(), deferred, example_policy(), facts);
  EXPECT_EQ(facts.transaction.recipients.back().deferred_since, hour_of_day(40));
}

TEST(Note, PutsMatchesAndMarksIntoTheFacts) {
  auto facts = facts_at(Stage::rcpt);
  Verdict verdict;
  verdict.effect = Effect::flag;
  verdict.matches.push_back({.rule = "odd", .effect = Effect::flag, .enforced = true, .recipient = 0});
  verdict.marks.push_back({.recipient = 0, .flag = "odd; why", .deliver_to = "odd@example.org"});
  note(example_policy(), verdict, facts);
  ASSERT_EQ(facts.transaction.matches.size(), 1U);
  EXPECT_EQ(facts.transaction.recipients[0].flag, "odd; why");
  EXPECT_EQ(facts.transaction.recipients[0].deliver_to, "odd@example.org");
  facts.stage = Stage::helo;
  note(example_policy(), verdict, facts);
  EXPECT_EQ(facts.connection.matches.size(), 1U) << "before MAIL it is about the connection";
}

TEST(Note, LeavesRecipientsUnmarkedWhenTheMailIsRefused) {
  auto facts = facts_at(Stage::rcpt);
  Verdict verdict;
  verdict.effect = Effect::reject;
  verdict.marks.push_back({.recipient = 0, .flag = "odd; why"});
  note(example_policy(), verdict, facts);
  EXPECT_EQ(facts.transaction.recipients[0].flag, "");
}

TEST(Note, SeesADowngradeOfAHostThatHasShownTls) {
  auto const memory = memory_of_tls();
  auto const downgraded = [&](bool tls, ListenerRole role) {
    auto facts = facts_at(Stage::mail);
    facts.connection.role = role;
    if (tls) facts.connection.tls.state = TlsState::established;
    recall(memory, DeferredMail(), example_policy(), facts);
    facts.stage = Stage::rcpt;
    note(example_policy(), {}, facts);
    return facts.connection.downgraded;
  };
  EXPECT_TRUE(downgraded(false, ListenerRole::mx));
  EXPECT_FALSE(downgraded(true, ListenerRole::mx));
  EXPECT_FALSE(downgraded(false, ListenerRole::submission));
}

TEST(OutcomeOfRefusal, FollowsTheReplyCode) {
  EXPECT_EQ(outcome_of_refusal(450), Outcome::deferred);
  EXPECT_EQ(outcome_of_refusal(499), Outcome::deferred);
  EXPECT_EQ(outcome_of_refusal(500), Outcome::refused);
  EXPECT_EQ(outcome_of_refusal(550), Outcome::refused);
}

}  // namespace
}  // namespace postern::policy

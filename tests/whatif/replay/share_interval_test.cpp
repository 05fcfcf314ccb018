// How sure a share is.
#include "whatif/replay/share_interval.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/whatif.hpp"
#include "whatif/replay/beta_quantile.hpp"

namespace postern::tests {
namespace {

TEST(Interval, NothingLostIsBoundedExactly) {
  auto const none = exact_interval(1204, false);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(std::pow(1 - none.high, 1204), 0.03, 1e-9);
  EXPECT_LT(none.high, 0.003);
  auto const all = exact_interval(1204, true);
  EXPECT_EQ(all.high, 1);
  EXPECT_NEAR(all.low, 1 - none.high, 1e-12);
}

TEST(Interval, QuantilesOfTheBetaDistribution) {
  // Of Beta(1, n) and Beta(n, 1) they are known in closed form; Beta(a, a) has its median at a half.
  for (double const n : {0.5, 3.0, 40.0, 5000.0}) {
    EXPECT_NEAR(beta_quantile(1, n, 0.975), 1 - std::pow(0.025, 1 / n), 1e-8) << n;
    EXPECT_NEAR(beta_quantile(n, 1, 0.3), std::pow(0.3, 1 / n), 1e-8) << n;
    EXPECT_NEAR(beta_quantile(n, n, 0.5), 0.5, 1e-8) << n;
  }
  EXPECT_NEAR(beta_below(2, 3, 0.4), 0.5248, 1e-9);
  for (double const p : {0.005, 0.5, 0.975})
    EXPECT_NEAR(beta_below(7.3, 913, beta_quantile(7.3, 913, p)), p, 1e-6);
}

// `count` senders that are alike, behind those that there are.
void add_senders(std::vector<SenderCounts>& senders, std::size_t count, std::uint64_t messages,
                 std::uint64_t lost) {
  senders.insert(senders.end(), count, SenderCounts{.messages = messages, .lost = lost});
}

TEST(Interval, OfEqualSendersIsNearlyThatOfClopperAndPearson) {
  std::vector<SenderCounts> senders;
  add_senders(senders, 100, 7, 7);
  add_senders(senders, 900, 7, 0);
  auto const estimated = estimate_share(senders);
  EXPECT_DOUBLE_EQ(estimated.share, 0.1);
  EXPECT_NEAR(estimated.effective_senders, 1000, 1e-6);
  EXPECT_NEAR(estimated.effective_lost_senders, 100, 1e-6);
  EXPECT_FALSE(estimated.too_little);
  EXPECT_NEAR(estimated.share_95.low, 0.077, 0.003);
  EXPECT_NEAR(estimated.share_95.high, 0.120, 0.003);
}

TEST(Interval, OneBigSenderMakesTheAnswerLessSure) {
  std::vector<SenderCounts> many, one_big;
  add_senders(many, 100, 1, 1);
  add_senders(many, 900, 1, 0);
  add_senders(one_big, 1, 100, 100);
  add_senders(one_big, 900, 1, 0);
  auto const sure = estimate_share(many), unsure = estimate_share(one_big);
  EXPECT_LT(sure.share_95.high - sure.share_95.low, 0.06);
  EXPECT_GT(unsure.share_95.high - unsure.share_95.low, 0.15);
  EXPECT_LT(unsure.share_95.low, 0.001);
  EXPECT_FALSE(sure.too_little);
  EXPECT_TRUE(unsure.too_little) << "one sender is all that would be lost";
}

TEST(Interval, ABigSenderOfWhomNothingIsLostMakesItLessSure) {
  std::vector<SenderCounts> senders;
  add_senders(senders, 50, 10, 10);
  add_senders(senders, 950, 10, 0);
  auto const without = estimate_share(senders);
  add_senders(senders, 1, 5000, 0);
  auto const with = estimate_share(senders);
  EXPECT_LT(with.share, without.share);
  EXPECT_GT(with.share_95.high, without.share_95.high);
  EXPECT_LT(with.effective_senders, 10);
  EXPECT_TRUE(with.too_little);
}

TEST(Interval, NumberOfMessagesAloneTellsNothing) {
  std::vector<SenderCounts> senders;
  add_senders(senders, 19, 1'000'000, 0);
  auto const few = estimate_share(senders);
  EXPECT_TRUE(few.too_little);
  EXPECT_GT(few.share_95.high, 0.1);
  add_senders(senders, 1, 1'000'000, 0);
  EXPECT_FALSE(estimate_share(senders).too_little);
  EXPECT_TRUE(estimate_share({}).too_little);
}

TEST(Interval, HoldsItsShareAndStaysWithinItsBounds) {
  SteadyRandom random;
  for (int sample = 0; sample < 300; ++sample) {
    std::vector<SenderCounts> senders;
    for (auto left = 1 + random.next() % 40; left > 0; --left) {
      auto const messages = random.next() % 1000;
      add_senders(senders, 1, messages, messages == 0 ? 0 : random.next() % (messages + 1));
    }
    auto const estimated = estimate_share(senders);
    EXPECT_LE(0, estimated.share_95.low);
    EXPECT_LE(estimated.share_95.low, estimated.share + 1e-9);
    EXPECT_LE(estimated.share, estimated.share_95.high + 1e-9);
    EXPECT_LE(estimated.share_95.high, 1);
  }
}

// 400 messages of 100 hosts, a fifth in plaintext; of what came over TLS a quarter by an old version.
std::vector<Reception> some_mail() {
  std::vector<Reception> all;
  for (int i = 0; i < 400; ++i) {
    bool const plain = i % 100 % 5 == 0;
    auto reception = reception_from("198.51." + std::to_string(i % 100) + ".1",
                                    plain ? Tristate::no : Tristate::yes, "a@x.example", i);
    if (!plain && i % 4 == 1) reception.tls.version = "TLSv1.1";
    all.push_back(reception);
  }
  return all;
}

void expect_same_interval(Loss const& a, Loss const& b) {
  EXPECT_EQ(a.lost, b.lost);
  EXPECT_EQ(a.share_95.low, b.share_95.low);
  EXPECT_EQ(a.share_95.high, b.share_95.high);
}

TEST(Interval, OfTwoRulesThatLoseTheSameIsTheSame) {
  auto const answer = replay_all(
      some_mail(), {"require-tls", "require-tls>=1.2", "require-tls for y.example", "require-tls"});
  ASSERT_EQ(answer.rules.size(), 4U);
  EXPECT_EQ(answer.rules[0].lost.lost, 80U);
  EXPECT_LT(answer.rules[0].lost.share_95.low, answer.rules[0].lost.share_95.high);
  expect_same_interval(answer.rules[0].lost, answer.rules[3].lost);
  EXPECT_GT(answer.rules[1].lost.lost, answer.rules[0].lost.lost);
}

TEST(Interval, OfARuleDoesNotDependOnTheOtherRules) {
  std::vector<std::string> const rules{"require-tls", "require-tls>=1.2", "require-client-certificate",
                                       "require-tls>=1.3"};
  auto const together = replay_all(some_mail(), rules);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    auto const alone = replay_all(some_mail(), {rules[i]});
    expect_same_interval(together.rules[i].lost, alone.rules[0].lost);
    expect_same_interval(together.rules[i].wanted, alone.rules[0].wanted);
    expect_same_interval(together.rules[i].unwanted, alone.rules[0].unwanted);
  }
  auto backwards = rules;
  std::reverse(backwards.begin(), backwards.end());
  auto const reversed = replay_all(some_mail(), backwards);
  for (std::size_t i = 0; i < rules.size(); ++i)
    expect_same_interval(together.rules[i].lost, reversed.rules[rules.size() - 1 - i].lost);
}

}  // namespace
}  // namespace postern::tests

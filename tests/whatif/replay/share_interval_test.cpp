// How sure a share is.
#include "whatif/replay/share_interval.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/whatif.hpp"
#include "whatif/reports/recommend.hpp"

namespace postern::tests {
namespace {

TEST(Interval, NothingLostIsBoundedExactly) {
  // The issue's own example: 0 of 1,204 lost is below 0.3 % with 95 % confidence.
  auto const none = exact_interval(1204, false);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 1 - std::pow(0.05, 1.0 / 1204), 1e-12);
  EXPECT_NEAR(std::pow(1 - none.high, 1204), 0.05, 1e-9);
  Loss loss{1204, 0, 0, none, false};
  EXPECT_EQ(in_words(loss), "0 of 1,204 lost: below 0.3 % with 95 % confidence");
}

// `count` hosts that are alike, behind those that there are.
void add_hosts(std::vector<HostCounts>& hosts, std::size_t count, std::uint64_t messages,
               std::uint64_t lost) {
  for (std::size_t i = 0; i < count; ++i)
    hosts.push_back({.host = static_cast<std::uint32_t>(hosts.size()), .messages = messages, .lost = lost});
}

Interval resampled(std::vector<HostCounts> const& hosts, Random& random, int rounds = 1000) {
  return share_interval(hosts, Resampling(hosts.size(), random, rounds));
}

TEST(Interval, OneBigSenderMakesTheAnswerLessSure) {
  SteadyRandom random;
  std::vector<HostCounts> many, one_big;
  add_hosts(many, 100, 1, 1);
  add_hosts(many, 900, 1, 0);
  add_hosts(one_big, 1, 100, 100);
  add_hosts(one_big, 900, 1, 0);
  auto const sure = resampled(many, random), unsure = resampled(one_big, random);
  EXPECT_LT(sure.high - sure.low, 0.05);
  EXPECT_GT(unsure.high - unsure.low, 0.15);
  EXPECT_EQ(unsure.low, 0);
}

// Over repeated samples of hosts the interval holds the true share about 95 times in a hundred.
TEST(Interval, CoversTheTruth) {
  SteadyRandom random;
  int covered = 0;
  constexpr int samples = 300;
  for (int sample = 0; sample < samples; ++sample) {
    std::vector<HostCounts> hosts;
    for (int host = 0; host < 150; ++host) {
      auto const size = 1 + random.next() % 20;
      bool const clear = random.next() % 10 == 0;  // a tenth of the hosts, of whatever size: the share is 0.1
      add_hosts(hosts, 1, size, clear ? size : 0);
    }
    auto const interval = resampled(hosts, random, 400);
    covered += interval.low <= 0.1 && 0.1 <= interval.high ? 1 : 0;
  }
  EXPECT_GT(covered, samples * 88 / 100);
  EXPECT_LE(covered, samples);
}

TEST(Interval, IsAsWideWhenManyHostsShareTheirDraws) {
  SteadyRandom random;
  std::vector<HostCounts> hosts;
  for (int i = 0; i < 3000; ++i) {
    add_hosts(hosts, 1, 2, 2);
    add_hosts(hosts, 9, 2, 0);
  }
  ASSERT_GT(hosts.size(), Resampling::most_groups);
  auto const interval = resampled(hosts, random, 400);
  double const expected = 2 * 1.96 * std::sqrt(0.1 * 0.9 / static_cast<double>(hosts.size()));
  EXPECT_NEAR(interval.high - interval.low, expected, expected / 4);
}

TEST(Interval, DrawsOneOnTheAverage) {  // a Poisson distribution of mean 1 has variance 1
  SteadyRandom random;
  Resampling const resampling(1000, random, 100);
  double sum = 0, squares = 0;
  for (std::size_t round = 0; round < resampling.rounds(); ++round)
    for (double const times : resampling.draws(round)) {
      sum += times;
      squares += times * times;
    }
  EXPECT_NEAR(sum / 100'000, 1, 0.02);
  EXPECT_NEAR(squares / 100'000 - 1, 1, 0.05);
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

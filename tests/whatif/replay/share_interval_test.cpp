// How sure a share is.
#include "whatif/replay/share_interval.hpp"

#include <gtest/gtest.h>

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

TEST(Interval, OneBigSenderMakesTheAnswerLessSure) {
  SteadyRandom random;
  std::vector<Cluster> const many{{1, 1, 100}, {1, 0, 900}};
  std::vector<Cluster> const one_big{{100, 100, 1}, {1, 0, 900}};
  auto const sure = share_interval(many, random), unsure = share_interval(one_big, random);
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
    std::vector<Cluster> clusters;
    for (int host = 0; host < 150; ++host) {
      auto const size = 1 + random.next() % 20;
      bool const clear = random.next() % 10 == 0;  // a tenth of the hosts, of whatever size: the share is 0.1
      clusters.push_back({size, clear ? size : 0, 1});
    }
    auto const interval = share_interval(clusters, random, 400);
    covered += interval.low <= 0.1 && 0.1 <= interval.high ? 1 : 0;
  }
  EXPECT_GT(covered, samples * 88 / 100);
  EXPECT_LE(covered, samples);
}

}  // namespace
}  // namespace postern::tests

#include "delivery/retry_times.hpp"

#include <gtest/gtest.h>

namespace postern::delivery {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class FixedRandom : public Random {
 public:
  std::uint64_t next() override { return value; }
  std::uint64_t value = 0;
};

TEST(RetryTimes, GrowToALongestAndVaryALittle) {
  FixedRandom random;
  RetrySettings const settings;
  auto const wait = [&](std::uint32_t attempts) {
    return next_attempt(settings, from_micros(0), attempts, random) - from_micros(0);
  };
  random.value = 6'000'000;  // the middle of the first interval's spread
  EXPECT_EQ(wait(1), minutes(1));
  random.value = 0;
  EXPECT_EQ(wait(1), seconds(54));
  EXPECT_EQ(wait(2), seconds(108));
  EXPECT_EQ(wait(100), minutes(216));
  EXPECT_EQ(wait(4'000'000'000U), minutes(216));
}

class NextTry : public testing::Test {
 protected:
  Instant next() { return next_try(settings, retry, random); }

  FixedRandom random;  // every wait a tenth shorter
  RetrySettings const settings;
  Instant const begin{hours(1'000)};
  Retry retry{.now = begin + minutes(10), .arrived = begin, .attempts = 3};
};

TEST_F(NextTry, WaitsForTheDestination) {
  EXPECT_EQ(next(), retry.now + seconds(216));
  retry.not_before = retry.now + hours(1);
  EXPECT_EQ(next(), retry.not_before);
  retry.not_before = begin;
  EXPECT_EQ(next(), retry.now + seconds(216));
}

TEST_F(NextTry, IsWhenTheDelayIsToBeReportedIfTheSenderAskedForThat) {
  retry.now = begin + hours(3);
  retry.attempts = 20;
  EXPECT_EQ(next(), retry.now + minutes(216));
  retry.wants_delay_notice = true;
  EXPECT_EQ(next(), begin + settings.delay_notice);
  retry.not_before = begin + hours(6);
  EXPECT_EQ(next(), begin + settings.delay_notice) << "also while the destination is throttled";
  retry.now = begin + settings.delay_notice;
  retry.not_before = {};
  EXPECT_EQ(next(), retry.now + minutes(216)) << "that moment has come";
}

TEST_F(NextTry, IsOnceMoreAtTheEndOfTheLifetime) {
  retry.attempts = 20;
  retry.now = begin + settings.lifetime - hours(1);
  EXPECT_EQ(next(), begin + settings.lifetime);
  retry.now = begin + settings.lifetime + hours(1);  // the report of the failure could not be kept
  EXPECT_EQ(next(), retry.now + settings.first);
}

}  // namespace
}  // namespace postern::delivery

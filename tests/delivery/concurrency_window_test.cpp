#include "delivery/concurrency_window.hpp"

#include <gtest/gtest.h>

#include "support/simulated.hpp"

namespace postern::delivery {
namespace {

class ConcurrencyWindowTest : public testing::Test {
 protected:
  RetrySettings const retry;
  tests::SeededRandom random{1};
  Instant const now = from_micros(1'000'000);
};

TEST_F(ConcurrencyWindowTest, GrowsByAboutOneForEachFullWindowOfSuccesses) {
  ConcurrencyWindow window(5, 20);
  EXPECT_EQ(window.size(), 5U);
  for (int i = 0; i < 6; ++i) window.succeeded();
  EXPECT_EQ(window.size(), 6U);
  for (int i = 0; i < 1000; ++i) window.succeeded();
  EXPECT_EQ(window.size(), 20U);
}

TEST_F(ConcurrencyWindowTest, NeverBeginsAboveItsMost) { EXPECT_EQ(ConcurrencyWindow(5, 2).size(), 2U); }

TEST_F(ConcurrencyWindowTest, IsHalvedByAFailureAndKeepsOne) {
  ConcurrencyWindow window(20, 20);
  window.reduce();
  EXPECT_EQ(window.size(), 10U);
  EXPECT_FALSE(window.failing()) << "others are still connected";
  for (int i = 0; i < 10; ++i) window.reduce();
  EXPECT_EQ(window.size(), 1U);
}

TEST_F(ConcurrencyWindowTest, ThrottlesForLongerAfterEachFailureInARow) {
  ConcurrencyWindow window(5, 20);
  window.failed(retry, now, random);
  EXPECT_TRUE(window.throttled(now));
  EXPECT_TRUE(window.failing());
  auto const until = window.throttled_until();
  EXPECT_FALSE(window.throttled(until));
  window.failed(retry, now, random);
  EXPECT_EQ(window.throttled_until(), until) << "attempts under way at the same time count once";
  window.failed(retry, until, random);
  EXPECT_GT(window.throttled_until() - until, until - now);
}

TEST_F(ConcurrencyWindowTest, BeginsAnewAfterASuccessOrAWordOfThePostmaster) {
  for (bool const success : {true, false}) {
    ConcurrencyWindow window(5, 20);
    window.failed(retry, now, random);
    window.failed(retry, window.throttled_until(), random);
    if (success)
      window.succeeded();
    else
      window.unthrottle();
    EXPECT_FALSE(window.throttled(now));
    EXPECT_FALSE(window.failing());
    window.failed(retry, now, random);
    EXPECT_LE(window.throttled_until() - now, retry.first * 11 / 10);
  }
}

}  // namespace
}  // namespace postern::delivery

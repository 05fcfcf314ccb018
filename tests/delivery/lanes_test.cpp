#include <gtest/gtest.h>

#include "delivery/destination_limits.hpp"
#include "delivery/fair_queue.hpp"

namespace postern::delivery {
namespace {

class Fixed : public Random {
 public:
  std::uint64_t next() override { return 0; }
} fixed;

TEST(FairQueue, LetsEverybodyTakeTurns) {
  FairQueue<int> queue;
  for (int i = 0; i < 3; ++i) queue.push("busy", i);
  queue.push("once", 10);
  std::vector<int> order;
  while (!queue.empty()) order.push_back(queue.pop());
  EXPECT_EQ(order, (std::vector<int>{0, 10, 1, 2}));
}

TEST(FairQueue, GivesUpSomeAndKeepsTheRestInOrder) {
  FairQueue<int> queue;
  for (int i = 0; i < 6; ++i) queue.push(i % 2 ? "odd" : "even", i);
  EXPECT_EQ(queue.take_if([](int i) { return i > 3; }).size(), 2U);
  EXPECT_EQ(queue.size(), 4U);
  std::vector<int> order;
  while (!queue.empty()) order.push_back(queue.pop());
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_TRUE(queue.take_if([](int) { return true; }).empty());
}

TEST(DestinationLimits, GrowWithSuccessAndShrinkWithFailure) {
  DestinationLimits limits(5, 20);
  EXPECT_EQ(limits.at_once(), 5U);
  for (int i = 0; i < 1000; ++i) limits.succeeded();
  EXPECT_EQ(limits.at_once(), 20U);
  RetrySettings const retry;
  auto const now = from_micros(1'000'000);
  limits.failed(retry, now, fixed);
  EXPECT_EQ(limits.at_once(), 10U);
  EXPECT_TRUE(limits.suspended(now));
  auto const until = limits.until();
  limits.failed(retry, now, fixed);
  EXPECT_EQ(limits.until(), until) << "attempts under way at the same time count once";
  limits.failed(retry, until, fixed);
  EXPECT_GT(limits.until() - until, until - now) << "longer and longer";
  limits.succeeded();
  EXPECT_FALSE(limits.suspended(now));
  EXPECT_FALSE(limits.failing());
}

}  // namespace
}  // namespace postern::delivery

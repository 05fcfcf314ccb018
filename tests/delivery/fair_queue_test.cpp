#include "delivery/fair_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/simulated.hpp"

namespace postern::delivery {
namespace {

TEST(FairQueue, LetsEverybodyTakeTurns) {
  FairQueue<int> queue;
  for (int i = 0; i < 3; ++i) queue.push("busy", i);
  queue.push("once", 10);
  std::vector<int> order;
  while (!queue.empty()) order.push_back(queue.pop());
  EXPECT_EQ(order, (std::vector<int>{0, 10, 1, 2}));
}

// With N senders waiting, none is served again before the others have been.
TEST(FairQueue, ServesNobodyTwiceWhileAnotherWaits) {
  tests::SeededRandom dice(1);
  for (std::uint64_t senders = 1; senders < 12; ++senders) {
    FairQueue<std::pair<std::string, int>> queue;
    std::map<std::string, int> waiting;
    std::map<std::string, int> passed_over;  // how often others were served while this one waited
    int number = 0;
    for (int step = 0; step < 2000; ++step) {
      if (queue.empty() || dice.below(2) == 0) {
        auto const owner = std::to_string(dice.below(senders));
        queue.push(owner, {owner, number++});
        if (waiting[owner]++ == 0) passed_over[owner] = 0;
        continue;
      }
      auto const served = queue.pop().first;
      --waiting[served];
      for (auto& [owner, times] : passed_over)
        if (owner != served && waiting[owner] > 0) ++times;
      passed_over[served] = 0;
      for (auto const& [owner, times] : passed_over) ASSERT_LT(times, static_cast<int>(senders)) << owner;
    }
    std::size_t left = 0;
    for (auto const& [owner, count] : waiting) left += static_cast<std::size_t>(count);
    EXPECT_EQ(queue.size(), left);
  }
}

TEST(FairQueue, KeepsTheOrderOfEachOwner) {
  FairQueue<int> queue;
  for (int i = 0; i < 30; ++i) queue.push(std::to_string(i % 3), i);
  std::map<int, int> last;
  while (!queue.empty()) {
    int const item = queue.pop();
    if (auto const before = last.find(item % 3); before != last.end()) EXPECT_LT(before->second, item);
    last[item % 3] = item;
  }
  EXPECT_EQ(last.size(), 3U);
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

}  // namespace
}  // namespace postern::delivery

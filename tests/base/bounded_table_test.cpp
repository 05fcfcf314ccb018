#include "base/bounded_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>

#include "base/decaying_counts.hpp"

namespace postern {
namespace {

using std::chrono::minutes;

TEST(BoundedTable, ForgetsTheLongestUntouched) {
  BoundedTable<int, int> table(2);
  table.touch(1) = 10;
  table.touch(2) = 20;
  EXPECT_EQ(table.touch(1), 10);
  table.touch(3) = 30;
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.find(2), nullptr);
  ASSERT_NE(table.find(1), nullptr);
  EXPECT_EQ(*table.find(1), 10);
  table.forget(1);
  EXPECT_EQ(table.find(1), nullptr);
  EXPECT_EQ(table.size(), 1U);
}

TEST(BoundedTable, NeverGrowsBeyondItsLimitWhateverStrangersDo) {
  constexpr std::size_t limit = 7;
  std::mt19937 random(1);
  BoundedTable<std::uint32_t, std::uint32_t> table(limit);
  std::deque<std::uint32_t> order;  // the latest in front
  for (int i = 0; i < 20'000; ++i) {
    std::uint32_t const key = random() % 20;
    auto const known = std::find(order.begin(), order.end(), key);
    bool const was_known = known != order.end();
    if (was_known) order.erase(known);
    if (random() % 5 == 0) {
      table.forget(key);
    } else {
      EXPECT_EQ(table.touch(key), was_known ? key : 0U);
      table.touch(key) = key;
      order.push_front(key);
      if (order.size() > limit) order.pop_back();
    }
    ASSERT_EQ(table.size(), order.size());
    for (auto const kept : order) ASSERT_NE(table.find(kept), nullptr);
  }
}

TEST(DecayingCounts, ForgiveOneAfterTheOther) {
  DecayingCounts<int> counts(10, minutes(1));
  Instant const start = from_micros(1'000'000'000);
  for (std::uint32_t i = 1; i <= 5; ++i) EXPECT_EQ(counts.add(1, start), i);
  EXPECT_EQ(counts.count(2, start), 0U);
  EXPECT_EQ(counts.count(1, start + minutes(1) - Duration(1)), 5U);
  EXPECT_EQ(counts.count(1, start + minutes(3)), 2U);
  EXPECT_EQ(counts.count(1, start + minutes(500)), 0U);
  EXPECT_EQ(counts.add(1, start + minutes(3)), 3U);
  EXPECT_EQ(counts.count(1, start + minutes(4)), 2U);
}

TEST(DecayingCounts, KeepWhatIsLeftOfAMinute) {
  DecayingCounts<int> counts(10, minutes(1));
  Instant const start = from_micros(0);
  counts.add(1, start);
  counts.add(1, start + std::chrono::seconds(59));
  EXPECT_EQ(counts.count(1, start + std::chrono::seconds(60)), 1U);
}

TEST(DecayingCounts, ForgiveNothingWhenTheClockIsSetBack) {
  DecayingCounts<int> counts(10, minutes(1));
  Instant const start = from_micros(1'000'000'000'000);
  counts.add(1, start);
  counts.add(1, start);
  EXPECT_EQ(counts.count(1, start - minutes(100)), 2U);
  EXPECT_EQ(counts.add(1, start - minutes(100)), 3U);
  EXPECT_EQ(counts.count(1, start - minutes(99)), 2U);
}

TEST(DecayingCounts, TakeOneBack) {
  DecayingCounts<int> counts(10, minutes(1));
  counts.add(1, from_micros(0));
  counts.add(1, from_micros(0));
  counts.take_back(1, from_micros(0));
  EXPECT_EQ(counts.count(1, from_micros(0)), 1U);
  counts.take_back(1, from_micros(0));
  counts.take_back(1, from_micros(0));
  EXPECT_EQ(counts.count(1, from_micros(0)), 0U);
  EXPECT_EQ(counts.size(), 0U);
}

}  // namespace
}  // namespace postern

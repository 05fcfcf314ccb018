#include "delivery/due_queue.hpp"

#include <gtest/gtest.h>

namespace postern::delivery {
namespace {

constexpr Instant at(int second) { return Instant(std::chrono::seconds(second)); }

TEST(DueQueue, GivesOutWhatIsDueInOrderAndNothingEarlier) {
  DueQueue queue;
  queue.submit({2}, at(20));
  queue.submit({1}, at(10));
  EXPECT_EQ(queue.next(), at(10));
  EXPECT_FALSE(queue.take_due(at(9)));
  EXPECT_EQ(queue.take_due(at(30)), MessageId{1});
  EXPECT_EQ(queue.take_due(at(30)), MessageId{2});
  EXPECT_FALSE(queue.take_due(at(30)));
  EXPECT_FALSE(queue.next());
}

TEST(DueQueue, KeepsTheEarliestTimeThatWasAskedFor) {
  DueQueue queue;
  queue.submit({1}, at(10));
  queue.submit({1}, at(20));
  EXPECT_EQ(queue.next(), at(10));
  queue.submit({1}, at(5));
  EXPECT_EQ(queue.take_due(at(5)), MessageId{1});
  EXPECT_FALSE(queue.take_due(at(100))) << "it stood there once";
}

TEST(DueQueue, LeavesAMessageInWorkAloneUntilItsLastDestinationIsDone) {
  DueQueue queue;
  queue.begin({1}, 2);
  queue.submit({1}, at(0));
  EXPECT_FALSE(queue.take_due(at(100)));
  EXPECT_EQ(queue.done({1}), DueQueue::Left::others);
  EXPECT_TRUE(queue.in_work({1}));
  EXPECT_EQ(queue.done({1}), DueQueue::Left::nothing);
  EXPECT_FALSE(queue.in_work({1}));
  queue.submit({1}, at(7));
  EXPECT_EQ(queue.take_due(at(7)), MessageId{1});
}

TEST(DueQueue, TellsAtTheEndOfTheWorkThatAMessageWasRerouted) {
  DueQueue queue;
  queue.reroute({1});
  queue.begin({1}, 1);
  EXPECT_EQ(queue.done({1}), DueQueue::Left::nothing) << "it was not in work when its route changed";
  queue.begin({1}, 2);
  queue.reroute({1});
  EXPECT_EQ(queue.done({1}), DueQueue::Left::others);
  EXPECT_EQ(queue.done({1}), DueQueue::Left::rerouted);
  queue.begin({1}, 1);
  EXPECT_EQ(queue.done({1}), DueQueue::Left::nothing) << "that was told once";
}

}  // namespace
}  // namespace postern::delivery

#include "delivery/due_queue.hpp"

#include <gtest/gtest.h>

namespace postern::delivery {
namespace {

constexpr Instant at(int second) { return Instant(std::chrono::seconds(second)); }

// "1:0,3 2:0" are the recipients 0 and 3 of message 1, and the recipient 0 of message 2.
std::string take(DueQueue& queue, int second) {
  std::string taken;
  for (auto const& due : queue.take_due(at(second))) {
    taken += (taken.empty() ? "" : " ") + std::to_string(due.id.value) + ":";
    for (std::size_t i = 0; i < due.recipients.size(); ++i)
      taken += (i == 0 ? "" : ",") + std::to_string(due.recipients[i]);
  }
  return taken;
}

TEST(DueQueue, GivesOutWhatIsDueInOrderAndNothingEarlier) {
  DueQueue queue;
  queue.submit({2}, 0, at(20));
  queue.submit({1}, 0, at(10));
  EXPECT_EQ(queue.next(), at(10));
  EXPECT_EQ(take(queue, 9), "");
  EXPECT_EQ(take(queue, 30), "1:0 2:0");
  EXPECT_EQ(take(queue, 30), "");
  EXPECT_FALSE(queue.next());
}

TEST(DueQueue, GivesOutTheRecipientsOfAMessageTogetherAndLeavesThoseWhoseTimeHasNotCome) {
  DueQueue queue;
  queue.submit({1}, 3, at(10));
  queue.submit({2}, 0, at(11));
  queue.submit({1}, 0, at(12));
  queue.submit({1}, 1, at(50));
  EXPECT_EQ(take(queue, 20), "1:3,0 2:0");
  EXPECT_EQ(queue.next(), at(50));
  EXPECT_EQ(take(queue, 50), "1:1");
}

TEST(DueQueue, KeepsTheEarliestTimeThatWasAskedFor) {
  DueQueue queue;
  queue.submit({1}, 0, at(10));
  queue.submit({1}, 0, at(20));
  EXPECT_EQ(queue.next(), at(10));
  queue.submit({1}, 0, at(5));
  EXPECT_EQ(take(queue, 5), "1:0");
  EXPECT_EQ(take(queue, 100), "") << "it stood there once";
}

TEST(DueQueue, LeavesARecipientInWorkAloneAndTheOthersOfItsMessageNot) {
  DueQueue queue;
  queue.begin({1}, 0);
  queue.submit({1}, 0, at(0));
  queue.submit({1}, 1, at(0));
  EXPECT_EQ(take(queue, 100), "1:1");
  EXPECT_TRUE(queue.in_work({1}, 0));
  EXPECT_FALSE(queue.in_work({1}, 1));
  EXPECT_EQ(queue.done({1}, 0), DueQueue::Left::as_recorded);
  EXPECT_FALSE(queue.in_work({1}, 0));
  queue.submit({1}, 0, at(7));
  EXPECT_EQ(take(queue, 7), "1:0");
}

TEST(DueQueue, PutsToWorkWhatWaitsForALaterTime) {
  DueQueue queue;
  queue.submit({1}, 0, at(50));
  queue.begin({1}, 0);
  EXPECT_FALSE(queue.next());
  EXPECT_EQ(queue.done({1}, 0), DueQueue::Left::as_recorded);
  EXPECT_EQ(queue.done({1}, 0), DueQueue::Left::as_recorded) << "it is unknown by now";
}

TEST(DueQueue, TellsAtTheEndOfTheWorkThatAMessageWasRerouted) {
  DueQueue queue;
  queue.reroute({1});
  queue.begin({1}, 0);
  EXPECT_EQ(queue.done({1}, 0), DueQueue::Left::as_recorded) << "it was not in work when its route changed";
  queue.begin({1}, 0);
  queue.begin({1}, 1);
  queue.begin({2}, 0);
  queue.reroute({1});
  queue.begin({1}, 2);
  EXPECT_EQ(queue.done({1}, 0), DueQueue::Left::rerouted);
  EXPECT_EQ(queue.done({1}, 1), DueQueue::Left::rerouted);
  EXPECT_EQ(queue.done({1}, 2), DueQueue::Left::as_recorded) << "it has begun since, on the new way";
  EXPECT_EQ(queue.done({2}, 0), DueQueue::Left::as_recorded);
  queue.begin({1}, 0);
  EXPECT_EQ(queue.done({1}, 0), DueQueue::Left::as_recorded) << "that was told once";
}

}  // namespace
}  // namespace postern::delivery

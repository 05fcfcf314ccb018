// When a simulated queue tries again, and what that costs.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/simulated_queue.hpp"

namespace postern::delivery {
namespace {

using std::chrono::hours;
using tests::Habit;
using tests::SimulatedQueue;

constexpr std::chrono::minutes one_step{1};

void expect_usual_waits(std::vector<Instant> const& attempts, RetrySettings const& retry) {
  Duration wait = retry.first;
  for (std::size_t i = 1; i + 1 < attempts.size(); ++i) {
    auto const waited = attempts[i] - attempts[i - 1];
    EXPECT_GE(waited, wait * 9 / 10) << i;
    EXPECT_LE(waited, wait * 11 / 10 + one_step) << i;
    wait = std::min(2 * wait, retry.longest);
  }
}

TEST(QueueRetries, WaitTwiceAsLongEachTimeAndEndAtTheLifetime) {
  SimulatedQueue queue(4);
  queue.world.by_domain["later.example"].habit = Habit::defers;
  auto const begin = queue.clock.now();
  queue.accept({"later.example"}, "");
  while (queue.clock.now() < begin + queue.retry.lifetime + hours(1)) queue.pass_minute();
  auto const& attempts = queue.world.by_domain["later.example"].attempts;
  ASSERT_GT(attempts.size(), 30U);
  expect_usual_waits(attempts, queue.retry);
  EXPECT_GE(attempts.back(), begin + queue.retry.lifetime);
  EXPECT_LE(attempts.back(), begin + queue.retry.lifetime + one_step);
  EXPECT_EQ(queue.world.reports["r0@later.example"].failed.size(), 1U);
  EXPECT_EQ(queue.spool.summary().messages, 0U);
}

TEST(QueueRetries, CountAnAttemptThatAnExceptionHasEnded) {
  SimulatedQueue queue(7);
  queue.world.by_domain["broken.example"].habit = Habit::broken;
  auto const begin = queue.clock.now();
  queue.accept({"broken.example"}, "");
  while (queue.clock.now() < begin + queue.retry.lifetime + hours(1)) queue.pass_minute();
  auto const& attempts = queue.world.by_domain["broken.example"].attempts;
  ASSERT_GT(attempts.size(), 30U);
  expect_usual_waits(attempts, queue.retry);
  EXPECT_EQ(queue.world.reports["r0@broken.example"].failed.size(), 1U);
  EXPECT_EQ(queue.spool.summary().messages, 0U);
  EXPECT_TRUE(queue.place.log.mentions("event=delivery-failed"));
  EXPECT_TRUE(queue.place.log.mentions("a bug of the transport"));
}

TEST(QueueRetries, ADeadDestinationHoldsUpNoOtherOfTheSameMessage) {
  SimulatedQueue queue(5);
  queue.world.by_domain["dead.example"].habit = Habit::dead;
  queue.world.by_domain["later.example"].habit = Habit::defers;
  auto const begin = queue.clock.now();
  queue.accept({"dead.example"}, "");  // so that the destination is throttled, and for long
  while (queue.clock.now() < begin + hours(24)) queue.pass_minute();
  auto const accepted = queue.clock.now();
  queue.accept({"dead.example", "later.example"}, "");
  while (queue.clock.now() < accepted + queue.retry.lifetime + hours(12)) queue.pass_minute();
  auto const& attempts = queue.world.by_domain["later.example"].attempts;
  ASSERT_GT(attempts.size(), 30U);
  expect_usual_waits(attempts, queue.retry);
  EXPECT_EQ(queue.world.reports["r2@later.example"].failed.size(), 1U);
  EXPECT_EQ(queue.world.reports["r1@dead.example"].failed.size(), 1U);
  EXPECT_EQ(queue.spool.summary().messages, 0U);
}

// What is read of the spool, in recipients: once when the message comes; then, for each attempt, when it is
// due, when it is made, and when it is done.
TEST(QueueRetries, CostWhatIsTriedAndNotWhatTheMessageHas) {
  SimulatedQueue queue(6);
  std::vector<std::string> domains;
  for (int i = 0; i < 300; ++i) {
    domains.push_back("later" + std::to_string(i) + ".example");
    queue.world.by_domain[domains.back()].habit = Habit::defers;
  }
  auto const begin = queue.clock.now();
  queue.accept(domains, "");
  while (queue.clock.now() < begin + hours(3)) queue.pass_minute();
  std::size_t attempts = 0;
  for (auto const& [domain, destination] : queue.world.by_domain) attempts += destination.attempts.size();
  ASSERT_GT(attempts, 5 * domains.size());
  EXPECT_LE(queue.spool.recipients_read(), domains.size() + 3 * attempts);
}

}  // namespace
}  // namespace postern::delivery

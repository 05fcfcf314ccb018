#include "delivery/destination_queues.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/simulated.hpp"

namespace postern::delivery {
namespace {

using Line = DestinationQueues::Line;
using std::chrono::hours;
using std::chrono::minutes;

class DestinationQueuesTest : public testing::Test {
 protected:
  DestinationQueuesTest() { queues.configure({}, retry); }

  DestinationQueuePtr submit(std::string const& domain, std::size_t count = 1) {
    MxRoute route;
    route.domain = domain;
    DestinationQueuePtr queue;
    for (std::size_t i = 0; i < count; ++i) {
      last_id = std::max(last_id + 1, static_cast<std::uint64_t>(to_micros(clock.now())));
      queue = queues.submit(route, "s@far.example", {.id = {last_id}, .recipients = {0}});
    }
    return queue;
  }
  // An agent takes an entry to a destination where nobody can be reached, and ends.
  void fail_once(DestinationQueue& queue) {
    auto const grant = queues.grant(queue, 0);
    ASSERT_EQ(grant.start, 1U);
    queue.entries.pop();
    queues.unreachable(queue, "nobody there");
    queues.release(queue, grant.probes);
  }

  RetrySettings const retry;
  tests::ManualClock clock;
  tests::SeededRandom random{1};
  std::size_t open = 0;
  std::uint64_t last_id = 0;
  DestinationQueues queues{clock, random, open};
};

TEST_F(DestinationQueuesTest, GrantsAsManyAgentsAsTheWindowAndTheEntriesAllow) {
  EXPECT_EQ(queues.grant(*submit("few.example", 2), 0).start, 2U);
  auto const many = submit("many.example", 50);
  EXPECT_EQ(queues.grant(*many, 0).start, 5U);
  EXPECT_EQ(queues.grant(*many, 0).start, 0U) << "those are at it already";
  EXPECT_FALSE(queues.idle());
}

TEST_F(DestinationQueuesTest, WakesIdleAgentsBeforeItStartsNewOnes) {
  auto const queue = submit("d.example", 3);
  auto const grant = queues.grant(*queue, 2);
  EXPECT_EQ(grant.wake, 2U);
  EXPECT_EQ(grant.start, 1U);
}

TEST_F(DestinationQueuesTest, ThrottleADestinationLongerEachTimeAndProbeItWithOneAgent) {
  auto const queue = submit("dead.example", 50);
  Duration before{0};
  for (int i = 0; i < 6; ++i) {
    auto const grant = queues.grant(*queue, 0);
    EXPECT_EQ(grant.probes, i > 0);
    for (std::size_t k = 0; k < grant.start; ++k) queues.unreachable(*queue, "nobody there");
    for (std::size_t k = 0; k < grant.start; ++k) queues.release(*queue, grant.probes);
    EXPECT_EQ(grant.start, i == 0 ? 5U : 1U);
    EXPECT_EQ(queues.grant(*queue, 0).start, 0U) << "it is throttled";
    auto const until = *queues.next_unthrottled();
    EXPECT_GT(until - clock.now(), before);
    before = until - clock.now();
    EXPECT_TRUE(queues.take_unthrottled().empty());
    clock.set(until);
    EXPECT_EQ(queues.take_unthrottled(), std::vector{queue});
  }
  queues.reached(*queue);
  EXPECT_FALSE(queues.next_unthrottled());
  EXPECT_EQ(queue->problem, "");
}

TEST_F(DestinationQueuesTest, EndTheThrottlingWhenThePostmasterWantsIt) {
  auto const queue = submit("dead.example", 2);
  auto const grant = queues.grant(*queue, 0);
  queues.unreachable(*queue, "nobody there");
  for (std::size_t i = 0; i < grant.start; ++i) queues.release(*queue, grant.probes);
  EXPECT_EQ(queues.grant(*queue, 0).start, 0U);
  queues.unthrottle(*queue);
  EXPECT_EQ(queues.grant(*queue, 0).start, 2U);
  EXPECT_FALSE(queues.next_unthrottled());
}

TEST_F(DestinationQueuesTest, PutQueuesInLineForASlotAndServeWhoWaitsLongest) {
  queues.configure({.connections = 10, .connecting = 1}, retry);
  auto const first = submit("first.example");
  ASSERT_EQ(queues.grant(*first, 0).start, 1U);
  auto const second = submit("second.example");
  auto const third = submit("third.example");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(queues.grant(*second, 0).start, 0U);
  EXPECT_EQ(queues.grant(*third, 0).start, 0U);
  EXPECT_EQ(queues.next_in_line(Line::living), second);
  queues.release(*first, false);
  EXPECT_EQ(queues.grant(*second, 0).start, 1U);
  EXPECT_EQ(queues.next_in_line(Line::living), third) << "the second stood in line once";
  EXPECT_EQ(queues.next_in_line(Line::living), nullptr);
}

TEST_F(DestinationQueuesTest, PassASlotOnWhenTheNextInLineHasNoUseForIt) {
  queues.configure({.connections = 10, .connecting = 1}, retry);
  ASSERT_EQ(queues.grant(*submit("first.example"), 0).start, 1U);
  auto const empty = submit("empty.example");
  auto const throttled = submit("throttled.example");
  auto const waiting = submit("waiting.example");
  for (auto const& queue : {empty, throttled, waiting}) EXPECT_EQ(queues.grant(*queue, 0).start, 0U);
  empty->entries.pop();
  queues.unreachable(*throttled, "nobody there");
  EXPECT_EQ(queues.next_in_line(Line::living), waiting);
}

TEST_F(DestinationQueuesTest, LeaveThreeQuartersOfTheSlotsToLivingDestinations) {
  queues.configure({.connections = 100, .connecting = 8}, retry);
  std::vector<DestinationQueuePtr> dead;
  for (int i = 0; i < 3; ++i) {
    dead.push_back(submit("dead" + std::to_string(i) + ".example"));
    auto const grant = queues.grant(*dead.back(), 0);
    queues.unreachable(*dead.back(), "nobody there");
    for (std::size_t k = 0; k < grant.start; ++k) queues.release(*dead.back(), grant.probes);
  }
  clock.advance(minutes(2));
  EXPECT_EQ(queues.grant(*dead[0], 0).start + queues.grant(*dead[1], 0).start, 2U);
  EXPECT_EQ(queues.grant(*dead[2], 0).start, 0U) << "a quarter of eight are two";
  EXPECT_EQ(queues.grant(*submit("living.example", 5), 0).start, 5U);
  EXPECT_EQ(queues.next_in_line(Line::living), nullptr);
  EXPECT_EQ(queues.next_in_line(Line::failing), dead[2]);
}

TEST_F(DestinationQueuesTest, CountOpenConnectionsApartFromThoseBeingOpened) {
  queues.configure({.connections = 2, .connecting = 1}, retry);
  auto const one = submit("one.example");
  ASSERT_EQ(queues.grant(*one, 0).start, 1U);
  open = 1;  // that of the first agent
  ASSERT_EQ(queues.grant(*submit("two.example"), 0).start, 1U);
  open = 2;
  EXPECT_EQ(queues.grant(*submit("three.example"), 0).start, 0U);
}

TEST_F(DestinationQueuesTest, GiveUpWhatIsStaleAndKeepTheRest) {
  auto const queue = submit("dead.example");
  clock.advance(retry.lifetime - hours(5));
  queues.submit(queue->route, "s@far.example",
                {.id = {static_cast<std::uint64_t>(to_micros(clock.now()))}, .wants_delay_notice = true});
  auto const young = queues.submit(queue->route, "s@far.example",
                                   {.id = {static_cast<std::uint64_t>(to_micros(clock.now())) + 1}});
  EXPECT_TRUE(queues.take_stale(*queue).empty());
  clock.advance(hours(4));
  auto const delayed = queues.take_stale(*queue);
  ASSERT_EQ(delayed.size(), 1U);
  EXPECT_TRUE(delayed[0].wants_delay_notice);
  clock.advance(hours(1));
  EXPECT_EQ(queues.take_stale(*queue).size(), 1U) << "its lifetime is over";
  EXPECT_EQ(young->entries.size(), 1U);
}

TEST_F(DestinationQueuesTest, WithdrawEntriesOfOneMessageFromAllQueues) {
  auto const one = submit("one.example");
  auto const id = MessageId{last_id};
  auto const two = submit("two.example");
  queues.submit(two->route, "s@far.example", {.id = id, .recipients = {1}});
  auto const withdrawn = queues.withdraw([&](MessageId each) { return each == id; });
  ASSERT_EQ(withdrawn.size(), 2U);
  EXPECT_EQ(withdrawn[0].id, id);
  EXPECT_EQ(withdrawn[1].id, id);
  EXPECT_EQ(withdrawn[0].recipients[0] + withdrawn[1].recipients[0], 1U) << "recipients 0 and 1";
  EXPECT_TRUE(one->entries.empty());
  EXPECT_EQ(two->entries.size(), 1U);
}

TEST_F(DestinationQueuesTest, ForgetAnIdleQueueAtOnceAndAFailingOneAfterAWhile) {
  auto const living = submit("living.example");
  queues.drop_if_idle(*living);
  EXPECT_EQ(queues.find("mx:living.example"), living) << "it has an entry";
  living->entries.pop();
  queues.drop_if_idle(*living);
  EXPECT_EQ(queues.find("mx:living.example"), nullptr);

  auto const dead = submit("dead.example");
  fail_once(*dead);
  queues.drop_if_idle(*dead);
  clock.advance(minutes(2));
  for (auto const& queue : queues.take_unthrottled()) queues.drop_if_idle(*queue);
  ASSERT_EQ(queues.find("mx:dead.example"), dead) << "its next failure throttles it for longer";
  submit("dead.example");
  fail_once(*dead);
  EXPECT_GT(*queues.next_unthrottled() - clock.now(), minutes(1));
  clock.advance(hours(24));
  for (auto const& queue : queues.take_unthrottled()) queues.drop_if_idle(*queue);
  EXPECT_EQ(queues.find("mx:dead.example"), nullptr);
}

TEST_F(DestinationQueuesTest, TellTheOwnerWhatWaitsAndWhy) {
  submit("b.example", 2);
  auto const dead = submit("a.example", 2);
  auto const grant = queues.grant(*dead, 0);
  queues.unreachable(*dead, "451 4.4.1 nobody there");
  queues.release(*dead, grant.probes);
  auto const views = queues.views();
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(views[0].destination, "mx:a.example");
  EXPECT_EQ(views[0].waiting, 2U);
  EXPECT_EQ(views[0].agents, 1U);
  EXPECT_EQ(views[0].throttled_until, *queues.next_unthrottled());
  EXPECT_EQ(views[0].problem, "451 4.4.1 nobody there");
  EXPECT_EQ(views[1].destination, "mx:b.example");
  EXPECT_EQ(views[1].throttled_until, Instant{});
}

}  // namespace
}  // namespace postern::delivery

// A month of a queue, simulated: the real Scheduler on a clock that the test moves on minute by minute, with
// destinations that are up, slow, down for days or for ever, that refuse or put off; and a spool that loses
// in a power cut what it may lose. At the end every message has been delivered or reported.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "support/simulated_queue.hpp"

namespace postern::delivery {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using tests::Habit;
using tests::SimulatedQueue;

constexpr hours one_month{24 * 30};
constexpr hours until_all_is_over{24 * 7};
class QueueMonth : public testing::TestWithParam<std::uint64_t> {
 protected:
  QueueMonth() : queue(GetParam()) {
    constexpr std::array habits{Habit::up,      Habit::up,     Habit::up,     Habit::slow, Habit::flaky,
                                Habit::refuses, Habit::defers, Habit::outage, Habit::dead};
    for (auto const habit : habits) domains_.push_back(add(habit, {}));
    domains_.push_back(add(Habit::outage, hours(24 * 8)));
  }

  void run() {
    auto const begin = queue.clock.now();
    while (queue.clock.now() < begin + one_month + until_all_is_over) {
      if (queue.clock.now() < begin + one_month && queue.dice.below(45) == 0) accept_one();
      if (queue.dice.below(7000) == 0)
        queue.cut_power();
      else
        queue.pass_minute();
    }
    ASSERT_GE(queue.cuts.size(), 2U) << "or the month would prove little";
    ASSERT_GE(queue.accepted.size(), 700U);
  }

  std::string add(Habit habit, Duration outage) {
    auto const domain = "d" + std::to_string(queue.world.by_domain.size()) + ".example";
    auto const down_from = queue.clock.now() + hours(24 * (5 + queue.dice.below(5)));
    auto const length = outage == Duration{} ? Duration(hours(24 * 3)) : outage;
    queue.world.by_domain[domain] = {.habit = habit, .down_from = down_from, .down_to = down_from + length};
    return domain;
  }

  void accept_one() {
    static std::array<std::string, 4> const notify{"", "", "DELAY,FAILURE", "NEVER"};
    auto const first = queue.dice.below(domains_.size());
    std::vector<std::string> to{domains_[first]};
    if (queue.dice.below(4) == 0) to.push_back(domains_[(first + 1) % domains_.size()]);
    queue.accept(to, notify[queue.dice.below(notify.size())]);
  }

  SimulatedQueue queue;

 private:
  std::vector<std::string> domains_;
};

TEST_P(QueueMonth, LosesNothingAndBothersNobody) {
  run();
  auto& world = queue.world;
  auto const& retry = queue.retry;
  EXPECT_EQ(queue.spool.summary().messages, 0U);
  EXPECT_EQ(world.too_early, 0U);
  // What a probe of a throttled destination may find late, and a report may take to arrive.
  auto const longest_probe = retry.longest * 11 / 10 + minutes(30);
  for (auto const& recipient : queue.accepted) {
    SCOPED_TRACE(recipient.address);
    auto const& arrived = world.arrivals[recipient.address];
    auto const& [failed, delayed] = world.reports[recipient.address];
    bool const never = recipient.notify == "NEVER";
    EXPECT_TRUE(never || !arrived.empty() || !failed.empty()) << "neither delivered nor reported";
    if (never) EXPECT_TRUE(failed.empty());

    for (std::size_t i = 1; i < arrived.size(); ++i)
      EXPECT_TRUE(queue.cut_between(arrived[i - 1], arrived[i])) << "delivered twice without a power cut";
    if (failed.size() > 1) EXPECT_TRUE(queue.cut_between(recipient.at, failed.back())) << "reported twice";
    if (!arrived.empty() && !failed.empty())
      EXPECT_TRUE(queue.cut_between(arrived.front(), failed.back())) << "delivered, and reported as failed";

    auto const over = recipient.at + retry.lifetime;
    bool const undisturbed = !queue.cut_between(recipient.at, over + longest_probe);
    switch (recipient.habit) {
      case Habit::up:
        ASSERT_FALSE(arrived.empty());
        EXPECT_TRUE(failed.empty());
        if (!queue.cut_between(recipient.at, recipient.at + minutes(10)))
          EXPECT_LE(arrived.front() - recipient.at, minutes(3)) << "others have held it up";
        break;
      case Habit::slow:
      case Habit::flaky: EXPECT_FALSE(arrived.empty()); break;
      case Habit::refuses: EXPECT_TRUE(arrived.empty()); break;
      case Habit::defers:
        EXPECT_TRUE(arrived.empty());
        if (!failed.empty() && undisturbed)
          EXPECT_LE(failed.front() - over, minutes(3)) << "no last attempt at the end of the lifetime";
        [[fallthrough]];
      case Habit::outage:
      case Habit::broken:
      case Habit::dead:
        if (failed.empty()) break;
        EXPECT_GE(failed.front(), over) << "given up too early";
        if (undisturbed) EXPECT_LE(failed.front(), over + longest_probe) << "given up too late";
        break;
    }

    auto end = Instant::max();
    if (!arrived.empty()) end = arrived.front();
    if (!failed.empty()) end = std::min(end, failed.front());
    auto const notice = recipient.at + retry.delay_notice;
    if (recipient.notify != "DELAY,FAILURE" || end < notice) EXPECT_TRUE(delayed.empty());
    if (recipient.notify == "DELAY,FAILURE" && end > notice + longest_probe)
      EXPECT_FALSE(delayed.empty()) << "the delay was not reported";
    if (delayed.size() > 1) EXPECT_TRUE(queue.cut_between(recipient.at, delayed.back())) << "reported twice";
  }
}

TEST_P(QueueMonth, TriesADeadDestinationNoMoreOftenThanOneMessageWouldBe) {
  run();
  auto const shortest_wait = queue.retry.longest * 9 / 10;
  auto const probes = static_cast<std::size_t>((one_month + until_all_is_over) / shortest_wait);
  constexpr std::size_t until_throttled = 25;  // at a start: the first window, and the waits that grow
  for (auto const& [domain, destination] : queue.world.by_domain) {
    if (destination.habit != Habit::dead) continue;
    EXPECT_GT(destination.attempts.size(), 50U) << "it was probed";
    EXPECT_LE(destination.attempts.size(), (queue.cuts.size() + 1) * until_throttled + probes);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, QueueMonth, testing::Values(1, 2));

}  // namespace
}  // namespace postern::delivery

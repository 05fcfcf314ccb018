// A month of a queue, simulated: the real Scheduler on a clock that the test moves on minute by minute, with
// destinations that are up, slow, down for days or for ever, that refuse or put off; and a spool that loses
// in a power cut what it may lose. At the end every message has been delivered or reported.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "delivery/scheduler.hpp"
#include "support/example_policy.hpp"
#include "support/simulated_destinations.hpp"
#include "support/workplace.hpp"

namespace postern::delivery {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using tests::address;
using tests::Habit;

constexpr hours one_month{24 * 30};
constexpr hours until_all_is_over{24 * 7};
constexpr minutes step{1};

struct AcceptedRecipient {
  Instant at{};
  std::string address;
  Habit habit = Habit::up;
  std::string notify;  // as the sender said; empty: unsaid
};

class SimulatedQueue {
 public:
  explicit SimulatedQueue(std::uint64_t seed) : dice(seed) {
    auto evidence = store::Evidence::open({place.path("facts.db")}, place.log, place.counters);
    EXPECT_TRUE(evidence);
    evidence_ = std::move(*evidence);
    config_ = std::make_shared<DeliveryConfig const>(DeliveryConfig{
        .hostname = "mx.example.org",
        .directory = std::make_shared<policy::Directory const>(tests::example_policy().directory),
        .routes = {},
        .retry = retry,
        .sts = {},
        .smtp = std::make_shared<SmtpConfig const>(SmtpConfig{"mx.example.org", {}, nullptr})});
    start();
  }
  ~SimulatedQueue() { lose_power(); }

  // A message to one address at each of `domains`.
  void accept(std::vector<std::string> const& domains, std::string const& notify) {
    wire::Envelope envelope;
    envelope.arrived = clock.now();
    envelope.reverse_path = address("s@sender" + std::to_string(messages_ % 5) + ".example");
    for (auto const& domain : domains) {
      auto const to = "r" + std::to_string(accepted.size()) + "@" + domain;
      envelope.recipients.push_back({address(to), {}, {}, {}, {}, 0, clock.now(), {}});
      if (!notify.empty()) envelope.recipients.back().notify = *wire::Notify::parse(notify);
      accepted.push_back({clock.now(), to, world.by_domain[domain].habit, notify});
    }
    ++messages_;
    spool.accept(spool.next_id(), "Subject: x\r\n\r\nbody\r\n", envelope,
                 [](auto safe) { EXPECT_TRUE(safe); });
  }

  void pass_minute() {
    clock.advance(step);
    world.end_attempts(*loop_);
    if (dice.below(3) == 0) spool.sync();
    scheduler_->accepted({});  // nothing new; but it looks at the clock
    tests::run_ready(*loop_);
  }

  void cut_power() {
    cuts.push_back(clock.now());
    lose_power();
    spool.restore_power();
    clock.advance(minutes(1 + dice.below(30)));
    start();
  }

  bool cut_between(Instant from, Instant to) const {
    return std::any_of(cuts.begin(), cuts.end(), [&](Instant cut) { return from <= cut && cut <= to; });
  }

  RetrySettings const retry;
  tests::Workplace place;
  tests::ManualClock clock;
  tests::SeededRandom dice;
  tests::MemorySpool spool{clock};
  tests::SimulatedDestinations world{clock, dice, spool};
  std::vector<AcceptedRecipient> accepted;
  std::vector<Instant> cuts;

 private:
  void start() {
    loop_ = std::make_unique<net::EventLoop>("delivery");
    scheduler_ = std::make_unique<Scheduler>(
        *loop_, SchedulerServices{spool, *evidence_, place.log, place.counters, dice, clock},
        world.transports(), config_);
    spool.on_accepted([this](auto const& ids) { scheduler_->accepted(ids); });
    scheduler_->start();
    tests::run_ready(*loop_);
  }

  // Whatever is under way ends without a trace in the spool.
  void lose_power() {
    spool.cut_power();
    scheduler_->stop();
    tests::run_ready(*loop_);
    world.cut_attempts(*loop_);
    tests::run_ready(*loop_);
    EXPECT_TRUE(scheduler_->idle());
    scheduler_.reset();
    loop_.reset();
  }

  std::unique_ptr<store::Evidence> evidence_;
  std::shared_ptr<DeliveryConfig const> config_;
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<Scheduler> scheduler_;
  std::size_t messages_ = 0;
};

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
  // What a probe of a throttled destination may find late, and a report may take to arrive; twice that, since
  // a message is looked at again only when all of its destinations are done with it.
  auto const longest_probe = 2 * (retry.longest * 11 / 10 + minutes(30));
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

TEST(QueueRetries, WaitTwiceAsLongEachTimeAndEndAtTheLifetime) {
  SimulatedQueue queue(4);
  queue.world.by_domain["later.example"].habit = Habit::defers;
  auto const begin = queue.clock.now();
  queue.accept({"later.example"}, "");
  while (queue.clock.now() < begin + queue.retry.lifetime + hours(1)) queue.pass_minute();
  auto const& attempts = queue.world.by_domain["later.example"].attempts;
  ASSERT_GT(attempts.size(), 30U);
  Duration wait = queue.retry.first;
  for (std::size_t i = 1; i + 1 < attempts.size(); ++i) {
    auto const waited = attempts[i] - attempts[i - 1];
    EXPECT_GE(waited, wait * 9 / 10) << i;
    EXPECT_LE(waited, wait * 11 / 10 + step) << i;
    wait = std::min(2 * wait, queue.retry.longest);
  }
  EXPECT_GE(attempts.back(), begin + queue.retry.lifetime);
  EXPECT_LE(attempts.back(), begin + queue.retry.lifetime + step);
  EXPECT_EQ(queue.world.reports["r0@later.example"].failed.size(), 1U);
  EXPECT_EQ(queue.spool.summary().messages, 0U);
}

}  // namespace
}  // namespace postern::delivery

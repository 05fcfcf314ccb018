// A queue on a clock that the test moves on minute by minute: the real Scheduler, destinations that exist
// only in the test (support/simulated_destinations), and a spool that loses in a power cut what it may lose.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "delivery/scheduler.hpp"
#include "support/example_policy.hpp"
#include "support/simulated_destinations.hpp"
#include "support/workplace.hpp"

namespace postern::tests {

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
    config_ = std::make_shared<delivery::DeliveryConfig const>(delivery::DeliveryConfig{
        .hostname = "mx.example.org",
        .directory = std::make_shared<policy::Directory const>(example_policy().directory),
        .routes = {},
        .retry = retry,
        .sts = {},
        .smtp = std::make_shared<delivery::SmtpConfig const>(
            delivery::SmtpConfig{"mx.example.org", {}, nullptr})});
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
    clock.advance(std::chrono::minutes(1));
    world.end_attempts(*loop_);
    if (dice.below(3) == 0) spool.sync();
    scheduler_->accepted({});  // nothing new; but it looks at the clock
    run_ready(*loop_);
  }

  void cut_power() {
    cuts.push_back(clock.now());
    lose_power();
    spool.restore_power();
    clock.advance(std::chrono::minutes(1 + dice.below(30)));
    start();
  }

  bool cut_between(Instant from, Instant to) const {
    return std::any_of(cuts.begin(), cuts.end(), [&](Instant cut) { return from <= cut && cut <= to; });
  }

  delivery::RetrySettings const retry;
  Workplace place;
  ManualClock clock;
  SeededRandom dice;
  MemorySpool spool{clock};
  SimulatedDestinations world{clock, dice, spool};
  std::vector<AcceptedRecipient> accepted;
  std::vector<Instant> cuts;

 private:
  void start() {
    loop_ = std::make_unique<net::EventLoop>("delivery");
    scheduler_ = std::make_unique<delivery::Scheduler>(
        *loop_, delivery::SchedulerServices{spool, *evidence_, place.log, place.counters, dice, clock},
        world.transports(), config_);
    spool.on_accepted([this](auto const& ids) { scheduler_->accepted(ids); });
    scheduler_->start();
    run_ready(*loop_);
  }

  // Whatever is under way ends without a trace in the spool.
  void lose_power() {
    spool.cut_power();
    scheduler_->stop();
    run_ready(*loop_);
    world.cut_attempts(*loop_);
    run_ready(*loop_);
    EXPECT_TRUE(scheduler_->idle());
    scheduler_.reset();
    loop_.reset();
  }

  std::unique_ptr<store::Evidence> evidence_;
  std::shared_ptr<delivery::DeliveryConfig const> config_;
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<delivery::Scheduler> scheduler_;
  std::size_t messages_ = 0;
};

}  // namespace postern::tests

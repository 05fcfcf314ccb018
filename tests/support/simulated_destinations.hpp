// Destinations that exist only in a test, each with a habit, and the transports that lead to them. What
// reaches them is kept, as are the reports that senders get.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "delivery/transport_factory.hpp"
#include "net/one_shot.hpp"
#include "support/memory_spool.hpp"
#include "support/simulated.hpp"

namespace postern::tests {

enum class Habit { up, slow, flaky, refuses, defers, outage, dead, broken };

struct Destination {
  Habit habit = Habit::up;
  Instant down_from{};  // of an outage
  Instant down_to{};
  std::vector<Instant> attempts = {};
};

struct SenderReports {
  std::vector<Instant> failed;
  std::vector<Instant> delayed;
};

class SimulatedDestinations {
 public:
  SimulatedDestinations(ManualClock const& clock, SeededRandom& dice, MemorySpool const& spool)
      : clock_(clock), dice_(dice), spool_(spool) {}

  std::map<std::string, Destination> by_domain;          // any other domain is up
  std::map<std::string, std::vector<Instant>> arrivals;  // by recipient
  std::map<std::string, SenderReports> reports;          // by the recipient they are about
  std::size_t too_early = 0;                             // attempts before a recipient was due

  std::unique_ptr<delivery::TransportFactory> transports();

  // Lets attempts end whose time has come; or all of them, since the power is cut.
  void end_attempts(net::EventLoop& loop) {
    while (!under_way_.empty() && under_way_.begin()->first <= clock_.now()) end_first(loop, true);
  }
  void cut_attempts(net::EventLoop& loop) {
    while (!under_way_.empty()) end_first(loop, false);
  }

 private:
  class Simulated;
  class Factory;

  void end_first(net::EventLoop& loop, bool powered) {
    auto const ended = under_way_.begin()->second;
    under_way_.erase(under_way_.begin());
    loop.post([ended, powered] { ended->set(powered); });
  }

  bool is_down(Destination const& destination) const {
    return destination.habit == Habit::dead ||
           (destination.habit == Habit::outage && clock_.now() >= destination.down_from &&
            clock_.now() < destination.down_to);
  }

  Duration time_it_takes(std::string const& domain) {
    auto const& destination = by_domain[domain];
    if (destination.habit == Habit::slow) return std::chrono::minutes(10);
    if (destination.habit == Habit::dead) return std::chrono::minutes(5);  // until the connection times out
    bool const at_once = destination.habit == Habit::defers || destination.habit == Habit::broken;
    if (at_once || is_down(destination)) return {};
    return std::chrono::seconds(1);
  }

  void begin(std::string const& domain, delivery::Attempt const& attempt) {
    by_domain[domain].attempts.push_back(clock_.now());
    for (auto const index : attempt.recipients)
      if (attempt.envelope.recipients[index].due > clock_.now()) ++too_early;
  }

  net::Task<bool> pass(Duration span) {
    if (span == Duration{}) co_return true;
    auto ended = std::make_shared<net::OneShot<bool>>();
    under_way_.emplace(clock_.now() + span, ended);
    co_return co_await ended->wait();
  }

  delivery::Delivered end(std::string const& domain, delivery::Attempt const& attempt, bool powered) {
    auto const& destination = by_domain[domain];
    if (destination.habit == Habit::broken) throw std::runtime_error("a bug of the transport");
    if (is_down(destination))
      return {delivery::same_for_all(attempt, {451, {4, 4, 1}, "nobody there"}), false};
    if (destination.habit == Habit::refuses)
      return {delivery::same_for_all(attempt, {550, {5, 1, 1}, "no such user"}), true};
    bool const unwilling = destination.habit == Habit::flaky && dice_.below(3) == 0;
    bool const lost = !powered && dice_.below(2) == 0;  // the message had not left yet
    if (destination.habit == Habit::defers || unwilling || lost)
      return {delivery::same_for_all(attempt, {451, {4, 3, 2}, "later"}), true};
    for (auto const index : attempt.recipients) arrive(attempt, attempt.envelope.recipients[index]);
    return {delivery::same_for_all(attempt, {250, {2, 0, 0}, "ok"}), true};
  }

  void arrive(delivery::Attempt const& attempt, wire::QueuedRecipient const& recipient) {
    if (attempt.envelope.reverse_path)
      arrivals[recipient.address.print()].push_back(clock_.now());
    else
      read_report(**spool_.read_chunk(attempt.id, 0));
  }

  void read_report(std::string const& content) {
    constexpr std::string_view field = "Final-Recipient: rfc822; ";
    bool const delayed = content.find("Action: delayed\r\n") != std::string::npos;
    for (auto at = content.find(field); at != std::string::npos; at = content.find(field, at + 1)) {
      auto const from = at + field.size();
      auto& about = reports[content.substr(from, content.find("\r\n", from) - from)];
      (delayed ? about.delayed : about.failed).push_back(clock_.now());
    }
  }

  ManualClock const& clock_;
  SeededRandom& dice_;
  MemorySpool const& spool_;
  std::multimap<Instant, std::shared_ptr<net::OneShot<bool>>> under_way_;
};

class SimulatedDestinations::Simulated : public delivery::Transport {
 public:
  Simulated(SimulatedDestinations& world, std::string domain) : world_(world), domain_(std::move(domain)) {}

  net::Task<delivery::Delivered> deliver(delivery::Attempt attempt) override {
    world_.begin(domain_, attempt);
    bool const powered = co_await world_.pass(world_.time_it_takes(domain_));
    co_return world_.end(domain_, attempt, powered);
  }
  net::Task<void> close() override { co_return; }

 private:
  SimulatedDestinations& world_;
  std::string domain_;
};

class SimulatedDestinations::Factory : public delivery::TransportFactory {
 public:
  explicit Factory(SimulatedDestinations& world) : world_(world) {}
  void configure(std::shared_ptr<delivery::DeliveryConfig const>) override {}
  std::unique_ptr<delivery::Transport> make(delivery::Route const& route) override {
    return std::make_unique<Simulated>(world_, std::get<delivery::MxRoute>(route).domain);
  }
  void join_workers() override {}

 private:
  SimulatedDestinations& world_;
};

inline std::unique_ptr<delivery::TransportFactory> SimulatedDestinations::transports() {
  return std::make_unique<Factory>(*this);
}

}  // namespace postern::tests

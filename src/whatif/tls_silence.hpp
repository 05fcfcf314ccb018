// Receptions about whose TLS a log has said nothing so far. Whether they came over TLS is unknown. Once their
// service has shown that it logs TLS, its silence about them means plaintext; when it has been silent about a
// session that did use TLS, its silence tells nothing. A service is what has a log level of its own.
// Bounds: holds back `limit` receptions of all services together; those beyond are passed on as unknown.
// Beyond `most_services`, the silence of further ones tells nothing.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <vector>

#include "whatif/reception.hpp"

namespace postern::whatif {

class TlsSilence {
 public:
  using Service = std::uint64_t;
  static constexpr std::size_t limit = 20'000;
  static constexpr std::size_t most_services = 10'000;
  explicit TlsSilence(ReceptionSink& sink) : sink_(sink) {}

  // The service has told of a TLS connection: those of it that were held back came in plaintext.
  void log_tells_tls(Service service = 0) { learn(service, Habit::tells); }
  // The service has not told of a TLS connection that there was.
  void log_hides_tls(Service service = 0) { learn(service, Habit::hides); }

  // One about whose TLS the log said nothing.
  void give(Reception&& silent, Service service = 0) {
    auto const habit = habit_of(service);
    if (habit == Habit::not_known && held_.size() < limit) {
      held_.push_back({service, std::move(silent)});
      return;
    }
    pass_on(std::move(silent), habit);
  }
  void end() {
    for (auto& held : held_) pass_on(std::move(held.reception), Habit::not_known);
    held_.clear();
  }

  std::uint64_t messages_left_unknown() const { return left_unknown_; }

 private:
  enum class Habit : std::uint8_t { not_known, tells, hides };
  struct Held {
    Service service = 0;
    Reception reception;
  };

  Habit habit_of(Service service) const {
    auto const found = habits_.find(service);
    if (found != habits_.end()) return found->second;
    return habits_.size() < most_services ? Habit::not_known : Habit::hides;
  }

  void learn(Service service, Habit shown) {
    auto const before = habit_of(service);
    if (before == shown || before == Habit::hides) return;
    habits_[service] = shown;
    if (before == Habit::not_known) pass_on_held(service, shown);
  }

  void pass_on_held(Service service, Habit habit) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (held_[i].service == service) {
        pass_on(std::move(held_[i].reception), habit);
      } else {
        if (kept != i) held_[kept] = std::move(held_[i]);
        ++kept;
      }
    }
    held_.resize(kept);
  }

  void pass_on(Reception&& reception, Habit habit) {
    if (habit == Habit::tells)
      reception.tls.used = Tristate::no;
    else if (reception.is_message() && reception.origin == Origin::outside && !reception.client.is_loopback())
      ++left_unknown_;
    sink_.take(std::move(reception));
  }

  ReceptionSink& sink_;
  boost::unordered_flat_map<Service, Habit> habits_;
  std::vector<Held> held_;
  std::uint64_t left_unknown_ = 0;
};

}  // namespace postern::whatif

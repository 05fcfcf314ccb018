// How many connections a destination gets at the same time: more with each success, half after a failure, and
// after failures in a row none at all for a while. Of one loop.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/instant.hpp"
#include "base/random.hpp"
#include "delivery/retry_times.hpp"

namespace postern::delivery {

class DestinationLimits {
 public:
  DestinationLimits(double first, double most) : limit_(std::min(first, most)), most_(most) {}

  std::size_t at_once() const { return static_cast<std::size_t>(limit_); }
  bool suspended(Instant now) const { return now < until_; }
  bool failing() const { return failures_ > 0; }
  Instant until() const { return until_; }

  void succeeded() {
    failures_ = 0;
    until_ = {};
    limit_ = std::min(most_, limit_ + 1.0 / limit_);
  }
  void crowded() { limit_ = std::max(1.0, limit_ / 2); }  // it refused a connection beside others
  // Nobody there could be reached. Attempts that were under way at the same time count once.
  void failed(RetrySettings const& settings, Instant now, Random& random) {
    crowded();
    if (suspended(now)) return;
    until_ = next_attempt(settings, now, ++failures_, random);
  }
  void forget() {  // the postmaster wants it tried now
    failures_ = 0;
    until_ = {};
  }

 private:
  double limit_;
  double most_;
  std::uint32_t failures_ = 0;  // in a row
  Instant until_{};
};

}  // namespace postern::delivery

// How many connections a destination gets at the same time. The window grows with each success and is halved
// by a failure. Failures in a row throttle the destination: it gets no connection at all for a while, each
// time for longer. Thread: its event loop.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/instant.hpp"
#include "base/random.hpp"
#include "delivery/retry_times.hpp"

namespace postern::delivery {

class ConcurrencyWindow {
 public:
  ConcurrencyWindow(double first, double most) : size_(std::min(first, most)), most_(most) {}

  std::size_t size() const { return static_cast<std::size_t>(size_); }
  bool throttled(Instant now) const { return now < throttled_until_; }
  bool failing() const { return failures_ > 0; }
  Instant throttled_until() const { return throttled_until_; }  // 1970: it is not throttled

  void succeeded() {
    failures_ = 0;
    throttled_until_ = {};
    size_ = std::min(most_, size_ + 1.0 / size_);
  }
  // The destination has refused a connection while others were open.
  void reduce() { size_ = std::max(1.0, size_ / 2); }
  // Nobody at the destination could be reached. Attempts that were under way at the same time count once.
  void failed(RetrySettings const& settings, Instant now, Random& random) {
    reduce();
    if (throttled(now)) return;
    throttled_until_ = next_attempt(settings, now, ++failures_, random);
  }
  // The postmaster wants the destination tried now.
  void unthrottle() {
    failures_ = 0;
    throttled_until_ = {};
  }

 private:
  double size_;
  double most_;
  std::uint32_t failures_ = 0;  // in a row
  Instant throttled_until_{};
};

}  // namespace postern::delivery

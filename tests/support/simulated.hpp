// A clock that a test holds in its hand, randomness from a seed, and an event loop run by the test itself.
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "net/event_loop.hpp"

namespace postern::tests {

class ManualClock : public Clock {
 public:
  explicit ManualClock(Instant now = Instant(std::chrono::hours(24 * 20'000))) : now_(now) {}
  Instant now() const override { return now_; }
  void advance(Duration by) { now_ += by; }
  void set(Instant now) { now_ = now; }

 private:
  Instant now_;
};

class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override {  // SplitMix64
    std::uint64_t mixed = (state_ += 0x9E3779B97F4A7C15ULL);
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31);
  }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }

 private:
  std::uint64_t state_;
};

// Runs what is ready on a loop that has not been started, until nothing is.
inline void run_ready(net::EventLoop& loop) {
  while (loop.context().poll() > 0) {
  }
}

}  // namespace postern::tests

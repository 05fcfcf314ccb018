// Leaves a service alone that does not answer: after `failures` in a row nobody asks it for a while, and then
// one asks, by whose answer it is tried again or left alone once more. Threads: any.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/guarded.hpp"
#include "base/instant.hpp"

namespace postern::session {

class CircuitBreaker {
 public:
  static constexpr std::uint32_t failures = 5;
  static constexpr std::chrono::seconds pause{30};

  // Whether to ask it. Who may, says afterwards what came of it, or nothing when he gave up himself.
  bool enter(Instant now) {
    auto state = state_.access();
    if (state->failed < failures) return true;
    bool const waits = now < state->until && state->until - now <= pause;  // the clock may have been set back
    if (!waits) state->until = now + pause;                                // for those who come meanwhile
    return !waits;
  }
  void succeeded() { state_.access()->failed = 0; }
  // True: with this failure it begins to be left alone.
  bool failed(Instant now) {
    auto state = state_.access();
    if (state->failed < failures) ++state->failed;
    state->until = now + pause;
    return state->failed == failures;
  }

 private:
  struct State {
    std::uint32_t failed = 0;  // in a row
    Instant until{};
  };
  Guarded<State> state_;
};

}  // namespace postern::session

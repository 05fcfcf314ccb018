// The time of day, for the floors that may look at a clock; pure code is handed it.
#pragma once

#include "base/clock.hpp"
#include "base/instant.hpp"

namespace postern::net {

inline Instant wall_clock() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

// Threads: any.
class WallClock : public Clock {
 public:
  Instant now() const override { return wall_clock(); }
};

}  // namespace postern::net

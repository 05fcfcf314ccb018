// The time of day, for the floors that may look at a clock; pure code is handed it.
#pragma once

#include "base/instant.hpp"

namespace postern::net {

inline Instant wall_clock() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace postern::net

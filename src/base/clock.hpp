// The time of day, handed in, so that a test can hold the clock in its hand.
#pragma once

#include "base/instant.hpp"

namespace postern {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;  // may jump when somebody sets the clock
};

}  // namespace postern

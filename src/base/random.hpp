// Randomness that is handed in, so that pure code and tests decide where it comes from.
#pragma once

#include <cstdint>

namespace postern {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;  // 64 evenly distributed bits
};

}  // namespace postern

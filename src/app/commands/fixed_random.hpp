// Random numbers that are the same every time: the same input gives the same answer.
#pragma once

#include "base/random.hpp"

namespace postern::app {

class FixedRandom : public Random {
 public:
  std::uint64_t next() override {  // splitmix64 (Steele, Lea, Flood 2014)
    auto z = state_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_ = 3207;
};

}  // namespace postern::app

// Randomness for what must not be in step with others: retry times, the order of equal mail hosts.
// Thread: the loop of its owner.
#pragma once

#include <random>

#include "base/random.hpp"

namespace postern::app {

class SystemRandom : public Random {
 public:
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_{std::random_device{}()};
};

}  // namespace postern::app

// Gives out ids that are unique in this process and grow with time: each is the microseconds since 1970, or
// one more than the last. Threads: any.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/instant.hpp"

namespace postern {

class IdSource {
 public:
  std::uint64_t next(Instant now) {
    auto const wanted = static_cast<std::uint64_t>(to_micros(now));
    std::uint64_t last = last_.load(std::memory_order_relaxed);
    std::uint64_t id = 0;
    do id = wanted > last ? wanted : last + 1;
    while (!last_.compare_exchange_weak(last, id, std::memory_order_relaxed));
    return id;
  }
  // It never gives out `id` or less again: for ids that were found on disk at the start.
  void seen(std::uint64_t id) {
    std::uint64_t last = last_.load(std::memory_order_relaxed);
    while (id > last && !last_.compare_exchange_weak(last, id, std::memory_order_relaxed)) {
    }
  }

 private:
  std::atomic<std::uint64_t> last_{0};
};

}  // namespace postern

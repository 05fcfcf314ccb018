// How many batches of receptions may wait in all readers together, beyond the few that each may always keep.
// Threads: any.
#pragma once

#include <atomic>
#include <cstddef>

namespace postern::app {

class BatchBudget {
 public:
  explicit BatchBudget(std::size_t batches) : free_(batches) {}

  bool take() {  // false: none is free
    auto free = free_.load(std::memory_order_relaxed);
    while (free > 0)
      if (free_.compare_exchange_weak(free, free - 1, std::memory_order_relaxed)) return true;
    return false;
  }
  void give_back() { free_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t> free_;
};

}  // namespace postern::app

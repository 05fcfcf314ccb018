// What a listener has learnt of the MTA that asks there by policy delegation. Threads: any.
#pragma once

#include <atomic>

namespace postern::session {

class ExternalMta {
 public:
  // Whether it asks at the end of messages, too; else what its recipients were accepted for is taken for
  // arrived.
  bool tells_ends() const { return tells_ends_.load(std::memory_order_relaxed); }
  void has_told_an_end() { tells_ends_.store(true, std::memory_order_relaxed); }

 private:
  std::atomic<bool> tells_ends_{false};
};

}  // namespace postern::session

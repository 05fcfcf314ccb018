// Where the spool is, and how it writes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace postern::store {

struct SpoolSettings {
  std::string directory;
  std::uint64_t segment_size = 64U << 20;        // bytes after which a new segment is begun
  std::chrono::milliseconds idle_interval{100};  // how long what nobody waits for may wait
  // After a compaction that failed the next one begins so much later; twice as long each time.
  std::chrono::milliseconds compaction_pause{1000};
};

}  // namespace postern::store

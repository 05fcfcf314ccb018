// Rebuilds the index from the segments of a directory (docs/spool.md). Changes nothing on disk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/file.hpp"
#include "store/spool_index.hpp"

namespace postern::store {

struct Recovery {
  std::uint64_t segments = 0;
  std::uint64_t records = 0;
  // Passed over. At the end of the last segment they are a torn tail that was never acknowledged.
  std::uint64_t damaged_bytes = 0;
  std::uint64_t incomplete = 0;   // accepts whose content is not all there, which were not taken
  std::uint64_t next_number = 1;  // for the next segment
  std::uint64_t greatest_id = 0;
  std::vector<std::string> problems;  // for the log
};

// A directory that is not there is an empty spool.
Result<Recovery, FileError> recover(Files& files, std::string const& directory, SpoolIndex& index);

}  // namespace postern::store

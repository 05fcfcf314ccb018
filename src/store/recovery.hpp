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
  std::vector<std::string> problems;   // for the log
  std::string torn_end;                // for the log: what a crash leaves; empty: nothing
  std::vector<std::string> set_aside;  // files of damaged segments, set aside by an earlier process
};

// A directory that is not there is an empty spool. Damage is no error: it is counted, and the segments it is
// in are marked in the index. The error is for people: a file that cannot be opened, or that another version
// of Postern has written in a format that this one does not know.
Result<Recovery, std::string> recover(Files& files, std::string const& directory, SpoolIndex& index);

}  // namespace postern::store

// Unlinks the segments that no living message needs, from the oldest on: a segment may hold the settlements
// of messages in older ones. One that cannot be removed stays in the index and keeps the younger ones, too.
// One that is damaged is never unlinked but set aside, that is, renamed: what cannot be read of it is for the
// postmaster to look at (`postern queue recover`).
// Thread: the committer. Blocking.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/guarded.hpp"
#include "base/log.hpp"
#include "store/file.hpp"
#include "store/spool_index.hpp"

namespace postern::store {

class SegmentRemover {
 public:
  SegmentRemover(Files& files, std::string directory, Guarded<SpoolIndex>& index, Log& log)
      : files_(files), directory_(std::move(directory)), index_(index), log_(log) {}

  void remove_dead(std::uint64_t current);  // never the segment that is written to
  // The oldest segment, of which messages need nothing but content that cannot be read.
  void set_aside(std::uint64_t number);

 private:
  Result<void, FileError> sync_earlier();
  Result<void, FileError> remove(std::string const& path);
  bool note(bool done, std::string const& path);

  Files& files_;
  std::string directory_;
  Guarded<SpoolIndex>& index_;
  Log& log_;
  bool unsynced_ = true;  // a segment was unlinked, perhaps by an earlier process
  bool failing_ = false;
};

}  // namespace postern::store

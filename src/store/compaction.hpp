// Copies the living messages of the oldest segment to the end, so that the segment can be freed, once more
// than half of all bytes on disk are dead. A copy is a chunk and an accept record like those of any message;
// it is synced before the index names it. Thread: the committer. Blocking.
#pragma once

#include <cstdint>
#include <vector>

#include "base/guarded.hpp"
#include "base/log.hpp"
#include "store/segment_log.hpp"
#include "store/spool_index.hpp"

namespace postern::store {

class Compaction {
 public:
  Compaction(SegmentLog& segments, std::uint64_t segment_size, Guarded<SpoolIndex>& index, Log& log)
      : segments_(segments), segment_size_(segment_size), index_(index), log_(log) {}

  bool under_way() const { return !waiting_.empty(); }
  void begin_if_due();
  void copy_some();  // about 1 MiB, so that it does not hold up commits

 private:
  bool copy(MessageId id);

  SegmentLog& segments_;
  std::uint64_t segment_size_;
  Guarded<SpoolIndex>& index_;
  Log& log_;
  std::vector<MessageId> waiting_;
  std::uint64_t segment_ = 0;  // the one that is compacted, or was last
};

}  // namespace postern::store

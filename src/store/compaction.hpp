// Copies the living messages of the oldest segment to the end, so that the segment can be freed, once more
// than half of all bytes on disk are dead. A copy is a chunk and an accept record like those of any message;
// it is synced before the index names it.
// What fails is tried again after a pause, which doubles each time. A message whose content still cannot be
// read after several rounds is left behind: its envelope alone is copied, and names the content where it is.
// Then the segment is set aside with it, so that it does not keep all younger ones on disk.
// Thread: the committer. Blocking.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/guarded.hpp"
#include "base/log.hpp"
#include "store/segment_log.hpp"
#include "store/segment_remover.hpp"
#include "store/spool_index.hpp"
#include "store/spool_settings.hpp"

namespace postern::store {

class Compaction {
 public:
  Compaction(SegmentLog& segments, SegmentRemover& remover, SpoolSettings const& settings,
             Guarded<SpoolIndex>& index, Log& log)
      : segments_(segments),
        remover_(remover),
        segment_size_(settings.segment_size),
        first_pause_(settings.compaction_pause),
        index_(index),
        log_(log) {}

  bool under_way() const { return !waiting_.empty(); }
  void begin_if_due();
  void copy_some();  // about 1 MiB, so that it does not hold up commits

 private:
  using SteadyClock = std::chrono::steady_clock;
  enum class Copied : std::uint8_t { done, unreadable, not_written };

  Copied copy(MessageId id);
  Copied write_copy(MessageId id, SpoolEntry const& entry, std::vector<std::string> content);
  void end_round();
  void pause();
  void leave_behind();
  bool restate(MessageId id);
  bool needs_only_unreadable(SpoolIndex const& index) const;

  SegmentLog& segments_;
  SegmentRemover& remover_;
  std::uint64_t segment_size_;
  std::chrono::milliseconds first_pause_;
  Guarded<SpoolIndex>& index_;
  Log& log_;
  std::vector<MessageId> waiting_;     // to be copied in this round
  std::vector<MessageId> unreadable_;  // met in this round
  std::uint64_t segment_ = 0;          // the one that is compacted, or was last
  bool write_failed_ = false;          // in this round
  bool copied_ = false;                // something, in this round
  int failed_rounds_ = 0;              // in a row, of this segment
  std::chrono::milliseconds pause_{0};
  SteadyClock::time_point not_before_{};
};

}  // namespace postern::store

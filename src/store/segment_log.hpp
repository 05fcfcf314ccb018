// The segments as the committer writes them: makes room, appends a batch, syncs; tells the log when the disk
// begins to fail and when it works again. Thread: the committer. Blocking.
#pragma once

#include <cstdint>
#include <string>

#include "base/guarded.hpp"
#include "base/log.hpp"
#include "store/commit_batch.hpp"
#include "store/segment_writer.hpp"
#include "store/spool_index.hpp"
#include "store/spool_settings.hpp"

namespace postern::store {

class SegmentLog {
 public:
  SegmentLog(Files& files, SpoolSettings const& settings, std::uint64_t next_number,
             Guarded<SpoolIndex>& index, Log& log, SegmentWriter::OnGivenUp on_given_up);

  // Makes sure that there is a segment with room, which the index then knows.
  Result<void, FileError> make_room();
  // After make_room(). All of it, or an error.
  Result<void, FileError> write(CommitBatch const& batch, bool sync);
  // Syncs what was written without a sync of its own.
  void sync_rest();

  bool is_open() const { return writer_.is_open(); }  // false after an error: the segment was given up
  SegmentWriter const& writer() const { return writer_; }

 private:
  void note_failure(FileError error);
  void note_success();

  Files& files_;
  std::string directory_;
  SegmentWriter writer_;
  Guarded<SpoolIndex>& index_;
  Log& log_;
  bool unsynced_ = false;
  bool failing_ = false;
};

}  // namespace postern::store

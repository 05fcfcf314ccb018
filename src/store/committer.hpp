// The spool's one writing thread: takes all jobs that wait, writes them with one append, syncs once, then
// tells everybody. In idle moments it frees segments that nobody needs and copies living messages out of the
// oldest (docs/spool.md).
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/counters.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "store/commit_batch.hpp"
#include "store/segment_writer.hpp"
#include "store/spool_index.hpp"

namespace postern::store {

struct SpoolJob {
  wire::RecordKind kind{};
  MessageId id;
  std::string payload;   // content, or the record's payload
  std::string envelope;  // of accept: encoded
  bool urgent = false;   // somebody waits: write now, and sync
  Spool::Done done;
};

class Committer {
 public:
  Committer(Files& files, std::string directory, std::uint64_t segment_size, std::uint64_t next_number,
            Guarded<SpoolIndex>& index, Log& log, Counters& counters);
  ~Committer();  // writes and syncs what waits

  void add(SpoolJob job);
  void forget(MessageId id);  // the pieces of a message that will not be accepted
  void on_accepted(Spool::OnAccepted callback) { on_accepted_ = std::move(callback); }

 private:
  struct Accepted {
    MessageId id;
    std::vector<wire::ChunkPlace> chunks;
    wire::ChunkPlace place;
    std::string envelope;
  };
  struct Waiting {
    std::deque<SpoolJob> jobs;
    bool urgent = false;
    bool stopping = false;
  };

  void run();
  void commit(std::deque<SpoolJob> jobs);
  Result<void, FileError> write(CommitBatch const& batch, bool sync);
  Result<void, FileError> make_room();
  void refuse(std::deque<SpoolJob>& jobs, FileError error, bool may_be_on_disk);
  void refuse_spoilt(std::deque<SpoolJob>& jobs);
  void free_segments();
  bool compaction_due();
  void compact_some();
  bool copy_on(MessageId id);

  Files& files_;
  SegmentWriter writer_;
  std::uint64_t segment_size_;
  std::string directory_;
  Guarded<SpoolIndex>& index_;
  Log& log_;
  Counters& counters_;
  Spool::OnAccepted on_accepted_;
  Guarded<Waiting> waiting_;
  std::condition_variable wake_;

  // Of the thread.
  std::unordered_map<MessageId, std::vector<wire::ChunkPlace>, MessageIdHash>
      open_;  // pieces of messages on their way in
  std::unordered_set<MessageId, MessageIdHash>
      spoilt_;                 // of those, which have pieces that a failed sync made doubtful
  std::deque<SpoolJob> late_;  // records that could not be written, and that nobody waits for
  std::vector<MessageId> compacting_;
  std::uint64_t compacting_segment_ = 0;
  bool unsynced_ = false;
  bool failing_ = false;
  bool busy_ = false;  // the last commit was for more than one
  std::thread thread_;
};

}  // namespace postern::store

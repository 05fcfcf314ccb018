// The spool's one writing thread: takes all jobs that wait, writes them with one append, syncs once, then
// answers everybody. In idle moments it frees segments that nobody needs and copies living messages out of
// the oldest (docs/spool.md).
#pragma once

#include <condition_variable>
#include <deque>
#include <string>
#include <thread>
#include <unordered_set>

#include "base/counters.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "store/commit_layout.hpp"
#include "store/compaction.hpp"
#include "store/segment_log.hpp"
#include "store/segment_remover.hpp"
#include "store/spool_index.hpp"
#include "store/spool_job.hpp"
#include "store/spool_settings.hpp"

namespace postern::store {

class Committer {
 public:
  Committer(Files& files, SpoolSettings settings, std::uint64_t next_number, Guarded<SpoolIndex>& index,
            Log& log, Counters& counters);
  ~Committer();  // writes and syncs what waits

  void add(SpoolJob job);
  void on_accepted(Spool::OnAccepted callback) { on_accepted_ = std::move(callback); }

 private:
  using Jobs = std::deque<SpoolJob>;
  using Outcome = Result<void, SpoolError>;
  enum class OnDisk : std::uint8_t { no, maybe };  // records of a commit that failed
  struct Waiting {
    Jobs jobs;
    bool urgent = false;
    bool stopping = false;
  };

  void run();
  Jobs take_jobs(bool& stopping);
  void commit(Jobs jobs);
  void refuse_spoilt(Jobs& jobs);
  void publish(Jobs& jobs);
  Outcome publish(SpoolIndex& index, MessageId id, job::Chunk& chunk);
  Outcome publish(SpoolIndex& index, MessageId id, job::Accept& accept);
  Outcome publish(SpoolIndex& index, MessageId id, job::Abandon const& abandon);
  Outcome publish(SpoolIndex& index, MessageId id, job::Settle const& settle);
  Outcome publish(SpoolIndex& index, MessageId id, job::Hold const& hold);
  Outcome publish(SpoolIndex& index, MessageId id, job::Remove const& remove);
  Outcome publish(SpoolIndex& index, MessageId id, job::Move const& move);
  Outcome publish(SpoolIndex& index, MessageId id, job::Restate& restate);
  Outcome publish(SpoolIndex& index, MessageId id, job::Sync const& sync);
  void close(SpoolIndex& index, MessageId id);
  void refuse(Jobs& jobs, FileError error, OnDisk on_disk);
  void contradict(SpoolJob const& job);
  void spoil_messages_in(std::uint64_t segment);
  void write_last();

  SpoolSettings settings_;
  Guarded<SpoolIndex>& index_;
  Log& log_;
  Counters& counters_;
  Spool::OnAccepted on_accepted_;
  Guarded<Waiting> waiting_;
  std::condition_variable wake_;

  // What follows belongs to the thread.
  OpenMessages open_;  // pieces of messages on their way in
  // Messages on their way in that have a piece which could not be written, or which a failed sync made
  // doubtful.
  std::unordered_set<MessageId, MessageIdHash> spoilt_;
  Jobs late_;  // jobs that could not be written, and that nobody waits for
  SegmentLog segments_;
  SegmentRemover remover_;
  Compaction compaction_;
  bool busy_ = false;  // the last commit was for more than one asker
  std::thread thread_;
};

}  // namespace postern::store

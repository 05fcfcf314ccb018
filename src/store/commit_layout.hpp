// The first step of a commit: which records each job needs, and where they will lie. Nothing is written yet.
// Thread: the committer.
#pragma once

#include <unordered_map>
#include <vector>

#include "base/guarded.hpp"
#include "store/commit_batch.hpp"
#include "store/spool_index.hpp"
#include "store/spool_job.hpp"

namespace postern::store {

struct Piece {  // of the content of a message on its way in
  MessageId message;
  wire::ChunkPlace place;
};
using OpenMessages = std::unordered_map<MessageId, std::vector<Piece>, MessageIdHash>;

class CommitLayout {
 public:
  // `open`: the pieces that earlier commits wrote. All three outlive the layout.
  CommitLayout(CommitBatch& batch, OpenMessages const& open, Guarded<SpoolIndex>& index)
      : batch_(batch), open_(open), index_(index) {}

  void lay_out(SpoolJob& job);

 private:
  void add(MessageId id, job::Chunk& chunk);
  void add(MessageId id, job::Accept& accept);
  void add(MessageId id, job::Abandon const& abandon);
  void add(MessageId id, job::Settle const& settle);
  void add(MessageId id, job::Hold const& hold);
  void add(MessageId id, job::Remove const& remove);
  void add(MessageId id, job::Move const& move);
  void add(MessageId id, job::Restate& restate);
  void add(MessageId id, job::Sync const& sync);

  CommitBatch& batch_;
  OpenMessages const& open_;
  Guarded<SpoolIndex>& index_;
  std::vector<Piece> pieces_;  // those of this batch
};

}  // namespace postern::store

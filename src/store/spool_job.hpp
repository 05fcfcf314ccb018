// What the committer is asked to do: one alternative for each operation, and the words for what it owes to
// whoever asked. Jobs take effect in the order in which they were added.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "store/spool.hpp"
#include "wire/encoded_envelope.hpp"
#include "wire/segment_record.hpp"

namespace postern::store {

// When a job is done.
enum class Durability : std::uint8_t {
  soon,     // on disk within 0.1 s, without a sync of its own
  written,  // written at once, but safe only with the next sync
  synced    // written and synced at once
};

// What follows when the disk refuses it.
enum class OnFailure : std::uint8_t {
  tell,  // whoever asked is told, and the job is forgotten
  keep   // nobody waits: the next commit tries again
};

namespace job {

struct Chunk {
  std::string content;
  wire::ChunkPlace place{};  // set when it is laid out
};
struct Accept {
  std::string last_chunk;
  wire::EncodedEnvelope envelope;
  std::vector<wire::ChunkPlace> chunks{};  // set when it is laid out, as is `place`
  wire::ChunkPlace place{};                // of the accept record
};
// The pieces of a message that will not be accepted are forgotten. Only an accept that may have reached the
// disk, although its sync failed, needs a record against it.
struct Abandon {
  bool accept_may_be_on_disk = false;
};
struct Settle {
  std::string settlements;  // encoded; in the index already
};
struct Hold {
  bool held = false;
};
struct Remove {};
struct Move {
  std::string route;
};
// Says again how the index has a message, because a change that was refused may have reached the disk.
struct Restate {
  std::vector<wire::ChunkPlace> chunks{};   // set when it is laid out, as is `place`
  std::optional<wire::ChunkPlace> place{};  // absent: there is no such message any more
};

// Changes nothing: what was asked for before is safe once this is done.
struct Sync {};

}  // namespace job

struct SpoolJob {
  using What = std::variant<job::Chunk, job::Accept, job::Abandon, job::Settle, job::Hold, job::Remove,
                            job::Move, job::Restate, job::Sync>;

  MessageId id;
  What what;
  Durability durability = Durability::soon;
  OnFailure on_failure = OnFailure::keep;
  Spool::Done done{};

  bool urgent() const { return durability != Durability::soon; }
};

}  // namespace postern::store

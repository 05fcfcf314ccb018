// What the spool's records come to: the living messages, where their content lies, and how much of each
// segment is still needed. Rebuilt at start by applying every record in order; kept up to date by applying
// each new one. Reading and settling recipients costs what these recipients cost, not what their message
// does. Of one thread at a time: its owner locks. Memory: about 400 bytes per message, and what its envelope
// takes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/file.hpp"
#include "store/spool.hpp"
#include "wire/encoded_envelope.hpp"
#include "wire/segment_record.hpp"

namespace postern::store {

struct SegmentInfo {
  std::string path;
  std::uint64_t salt = 0;
  std::uint64_t size = 0;
  std::uint64_t live = 0;  // bytes of records that living messages need
  std::shared_ptr<ReadableFile const> file;
  bool damaged = false;    // some of it cannot be read: it is never unlinked
  bool set_aside = false;  // renamed: no recovery reads its records any more, only content that is named
};

struct SpoolEntry {
  std::vector<wire::ChunkPlace> chunks;
  wire::ChunkPlace accept;         // where its accept record is
  wire::EncodedEnvelope envelope;  // up to date
};

class SpoolIndex {
 public:
  void add_segment(std::uint64_t number, SegmentInfo info);
  void drop_segment(std::uint64_t number);
  void grow_segment(std::uint64_t number, std::uint64_t size);
  void mark_damaged(std::uint64_t number);  // when there is such a segment
  // It is called `path` now. Forgotten when no living message names content in it.
  void set_aside(std::uint64_t number, std::string path);
  std::optional<std::uint64_t> oldest_segment() const;  // of those that are not set aside

  void accept(MessageId id, std::vector<wire::ChunkPlace> chunks, wire::ChunkPlace accept,
              wire::EncodedEnvelope envelope);
  // The message stays where it lies; false: there is no such message.
  bool replace_envelope(MessageId id, wire::EncodedEnvelope envelope);
  // The message lies elsewhere; its envelope stays as it is.
  bool relocate(MessageId id, std::vector<wire::ChunkPlace> chunks, wire::ChunkPlace accept);

  // Each says whether there is such a message.
  bool settle(MessageId id, std::vector<wire::Settlement> const& settlements);
  bool hold(MessageId id, bool held);
  bool remove(MessageId id);
  bool move(MessageId id, std::string_view route);

  // Chunks of messages on their way in: needed until the message is accepted or abandoned.
  void pin(MessageId id, wire::ChunkPlace const& chunk);
  void unpin(MessageId id);
  std::vector<wire::ChunkPlace> const* incoming(MessageId id) const;  // null: it has none

  SpoolEntry const* find(MessageId id) const;
  std::optional<wire::Envelope> envelope(MessageId id) const;
  std::optional<wire::Envelope> envelope_for(MessageId id,
                                             std::vector<std::uint32_t> const& recipients) const;
  std::vector<MessageId> list(MessageId after, std::size_t limit) const;
  std::vector<MessageId> messages_in(std::uint64_t segment) const;
  std::map<std::uint64_t, SegmentInfo> const& segments() const { return segments_; }
  SpoolSummary summary() const;

 private:
  void count(SpoolEntry const& entry, bool living);
  void count(wire::ChunkPlace const& place, bool living);

  std::map<MessageId, SpoolEntry> entries_;
  std::unordered_map<MessageId, std::vector<wire::ChunkPlace>, MessageIdHash> incoming_;
  std::map<std::uint64_t, SegmentInfo> segments_;
};

}  // namespace postern::store

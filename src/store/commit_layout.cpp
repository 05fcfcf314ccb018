#include "store/commit_layout.hpp"

#include <utility>

#include "base/assert.hpp"

namespace postern::store {

using wire::RecordKind;

void CommitLayout::lay_out(SpoolJob& job) {
  std::visit([&](auto& what) { add(job.id, what); }, job.what);
}

void CommitLayout::add(MessageId id, job::Chunk& chunk) {
  chunk.place = batch_.add(RecordKind::chunk, id, std::move(chunk.content));
  pieces_.push_back({.message = id, .place = chunk.place});
}

void CommitLayout::add(MessageId id, job::Accept& accept) {
  accept.chunks.clear();
  if (auto const open = open_.find(id); open != open_.end())
    for (auto const& piece : open->second) {
      POSTERN_ASSERT_FATAL(piece.message == id);  // "250" is never said of somebody else's content
      accept.chunks.push_back(piece.place);
    }
  for (auto const& piece : pieces_)
    if (piece.message == id) accept.chunks.push_back(piece.place);
  if (!accept.last_chunk.empty())
    accept.chunks.push_back(batch_.add(RecordKind::chunk, id, std::move(accept.last_chunk)));
  accept.place =
      batch_.add(RecordKind::accept, id, wire::encode_accept(accept.chunks, accept.envelope.bytes()));
}

void CommitLayout::add(MessageId id, job::Abandon const& abandon) {
  if (abandon.accept_may_be_on_disk) batch_.add(RecordKind::abandon, id, {});
}

void CommitLayout::add(MessageId id, job::Settle const& settle) {
  batch_.add(RecordKind::settle, id, settle.settlements);
}

void CommitLayout::add(MessageId id, job::Hold const& hold) {
  batch_.add(RecordKind::hold, id, std::string(wire::encode_hold(hold.held)));
}

void CommitLayout::add(MessageId id, job::Remove const&) { batch_.add(RecordKind::abandon, id, {}); }

void CommitLayout::add(MessageId id, job::Move const& move) { batch_.add(RecordKind::move, id, move.route); }

void CommitLayout::add(MessageId, job::Sync const&) {}

void CommitLayout::add(MessageId id, job::Restate& restate) {
  restate.place.reset();
  std::string envelope;
  {
    auto index = index_.access();
    auto const* entry = index->find(id);
    if (entry == nullptr) return;
    restate.chunks = entry->chunks;
    envelope = entry->envelope.bytes();
  }
  restate.place = batch_.add(RecordKind::accept, id, wire::encode_accept(restate.chunks, envelope));
}

}  // namespace postern::store

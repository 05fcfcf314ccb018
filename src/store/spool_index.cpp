#include "store/spool_index.hpp"

namespace postern::store {

void SpoolIndex::add_segment(std::uint64_t number, SegmentInfo info) {
  segments_.emplace(number, std::move(info));
}

void SpoolIndex::drop_segment(std::uint64_t number) { segments_.erase(number); }

void SpoolIndex::grow_segment(std::uint64_t number, std::uint64_t size) { segments_.at(number).size = size; }

void SpoolIndex::mark_damaged(std::uint64_t number) {
  if (auto const segment = segments_.find(number); segment != segments_.end()) segment->second.damaged = true;
}

void SpoolIndex::set_aside(std::uint64_t number, std::string path) {
  auto const segment = segments_.find(number);
  if (segment == segments_.end()) return;
  if (segment->second.live == 0) {
    segments_.erase(segment);
    return;
  }
  segment->second.path = std::move(path);
  segment->second.damaged = segment->second.set_aside = true;
}

std::optional<std::uint64_t> SpoolIndex::oldest_segment() const {
  for (auto const& [number, segment] : segments_)
    if (!segment.set_aside) return number;
  return std::nullopt;
}

void SpoolIndex::accept(MessageId id, std::vector<wire::ChunkPlace> chunks, wire::ChunkPlace accept,
                        wire::EncodedEnvelope envelope) {
  remove(id);  // an id that is accepted twice is one message
  SpoolEntry entry{.chunks = std::move(chunks), .accept = accept, .envelope = std::move(envelope)};
  count(entry, true);
  entries_.emplace(id, std::move(entry));
}

bool SpoolIndex::replace_envelope(MessageId id, wire::EncodedEnvelope envelope) {
  auto const found = entries_.find(id);
  if (found == entries_.end()) return false;
  found->second.envelope = std::move(envelope);
  return true;
}

bool SpoolIndex::relocate(MessageId id, std::vector<wire::ChunkPlace> chunks, wire::ChunkPlace accept) {
  auto const found = entries_.find(id);
  if (found == entries_.end()) return false;
  count(found->second, false);
  found->second.chunks = std::move(chunks);
  found->second.accept = accept;
  count(found->second, true);
  return true;
}

bool SpoolIndex::settle(MessageId id, std::vector<wire::Settlement> const& settlements) {
  auto const found = entries_.find(id);
  if (found == entries_.end()) return false;
  auto& envelope = found->second.envelope;
  for (auto const& settlement : settlements) envelope.settle(settlement);
  if (envelope.settled()) remove(id);
  return true;
}

bool SpoolIndex::hold(MessageId id, bool held) {
  auto const found = entries_.find(id);
  if (found == entries_.end()) return false;
  found->second.envelope.hold(held);
  return true;
}

bool SpoolIndex::move(MessageId id, std::string_view route) {
  auto const found = entries_.find(id);
  if (found == entries_.end()) return false;
  found->second.envelope.move(route);
  return true;
}

bool SpoolIndex::remove(MessageId id) {
  auto const found = entries_.find(id);
  if (found == entries_.end()) return false;
  count(found->second, false);
  entries_.erase(found);
  return true;
}

void SpoolIndex::pin(MessageId id, wire::ChunkPlace const& chunk) {
  count(chunk, true);
  incoming_[id].push_back(chunk);
}

void SpoolIndex::unpin(MessageId id) {
  auto const found = incoming_.find(id);
  if (found == incoming_.end()) return;
  for (auto const& chunk : found->second) count(chunk, false);
  incoming_.erase(found);
}

std::vector<wire::ChunkPlace> const* SpoolIndex::incoming(MessageId id) const {
  auto const found = incoming_.find(id);
  return found == incoming_.end() ? nullptr : &found->second;
}

SpoolEntry const* SpoolIndex::find(MessageId id) const {
  auto const found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<wire::Envelope> SpoolIndex::envelope(MessageId id) const {
  auto const* entry = find(id);
  return entry == nullptr ? std::nullopt : entry->envelope.decode();
}

std::optional<wire::Envelope> SpoolIndex::envelope_for(MessageId id,
                                                       std::vector<std::uint32_t> const& recipients) const {
  auto const* entry = find(id);
  return entry == nullptr ? std::nullopt : entry->envelope.decode(recipients);
}

std::vector<MessageId> SpoolIndex::list(MessageId after, std::size_t limit) const {
  std::vector<MessageId> ids;
  for (auto at = entries_.upper_bound(after); at != entries_.end() && ids.size() < limit; ++at)
    ids.push_back(at->first);
  return ids;
}

std::vector<MessageId> SpoolIndex::messages_in(std::uint64_t segment) const {
  std::vector<MessageId> ids;
  for (auto const& [id, entry] : entries_) {
    bool inside = entry.accept.segment == segment;
    for (auto const& chunk : entry.chunks) inside = inside || chunk.segment == segment;
    if (inside) ids.push_back(id);
  }
  return ids;
}

SpoolSummary SpoolIndex::summary() const {
  SpoolSummary summary;
  summary.messages = entries_.size();
  for (auto const& [number, segment] : segments_) {
    if (segment.set_aside) continue;
    ++summary.segments;
    summary.bytes_live += segment.live;
    summary.bytes_on_disk += segment.size;
  }
  return summary;
}

void SpoolIndex::count(SpoolEntry const& entry, bool living) {
  for (auto const& chunk : entry.chunks) count(chunk, living);
  count(entry.accept, living);
}

void SpoolIndex::count(wire::ChunkPlace const& place, bool living) {
  auto const segment = segments_.find(place.segment);
  if (segment == segments_.end()) return;
  std::uint64_t const bytes = wire::record_header_size + place.length;
  segment->second.live += living ? bytes : 0 - bytes;
}

}  // namespace postern::store

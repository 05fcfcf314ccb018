#include "store/compaction.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "store/segment_reader.hpp"

namespace postern::store {
namespace {

constexpr std::uint64_t copied_at_once = 1U << 20;  // bytes
constexpr std::chrono::minutes longest_pause{10};
constexpr int rounds_until_left_behind = 6;  // a disk may fail for a moment

}  // namespace

void Compaction::begin_if_due() {
  if (SteadyClock::now() < not_before_) return;
  auto index = index_.access();
  auto const summary = index->summary();
  if (summary.segments < 2 || summary.bytes_on_disk < 2 * summary.bytes_live + 2 * segment_size_) return;
  auto const oldest = index->oldest_segment();
  if (!oldest || *oldest == segments_.writer().number()) return;
  if (std::exchange(segment_, *oldest) != *oldest) failed_rounds_ = 0;
  waiting_ = index->messages_in(*oldest);
  unreadable_.clear();
  write_failed_ = copied_ = false;
  if (waiting_.empty()) pause();  // it has pieces of messages that are still on their way in
}

void Compaction::copy_some() {
  std::uint64_t const begin = segments_.writer().size();
  while (!waiting_.empty() && segments_.writer().size() - begin < copied_at_once) {
    MessageId const id = waiting_.back();
    waiting_.pop_back();
    std::uint64_t const segment = segments_.writer().number();
    switch (copy(id)) {
      case Copied::done: copied_ = true; break;
      case Copied::unreadable: unreadable_.push_back(id); break;
      case Copied::not_written:
        write_failed_ = true;
        waiting_.clear();
        break;
    }
    if (segments_.writer().number() != segment) break;
  }
  if (waiting_.empty()) end_round();
}

Compaction::Copied Compaction::copy(MessageId id) {
  SpoolEntry entry;
  std::vector<std::pair<std::shared_ptr<ReadableFile const>, std::uint64_t>> sources;
  {
    auto index = index_.access();
    auto const* found = index->find(id);
    if (found == nullptr) return Copied::done;  // settled in the meantime
    entry = *found;
    for (auto const& chunk : entry.chunks) {
      auto const& segment = index->segments().at(chunk.segment);
      sources.emplace_back(segment.file, segment.salt);
    }
  }
  std::vector<std::string> content;
  for (std::size_t i = 0; i < entry.chunks.size(); ++i) {
    auto piece = read_content(*sources[i].first, sources[i].second, id, entry.chunks[i]);
    if (!piece) return Copied::unreadable;
    content.push_back(*std::move(piece));
  }
  return write_copy(id, entry, std::move(content));
}

Compaction::Copied Compaction::write_copy(MessageId id, SpoolEntry const& entry,
                                          std::vector<std::string> content) {
  if (!segments_.make_room()) return Copied::not_written;
  CommitBatch batch(segments_.writer());
  std::vector<wire::ChunkPlace> chunks;
  for (auto& piece : content) chunks.push_back(batch.add(wire::RecordKind::chunk, id, std::move(piece)));
  auto const place =
      batch.add(wire::RecordKind::accept, id, wire::encode_accept(chunks, entry.envelope.bytes()));
  if (!segments_.write(batch, true)) return Copied::not_written;
  auto index = index_.access();
  index->grow_segment(segments_.writer().number(), segments_.writer().size());
  // When it has been settled since, its settlement is written behind this copy, and holds for it.
  index->relocate(id, std::move(chunks), place);
  return Copied::done;
}

void Compaction::end_round() {
  if (unreadable_.empty() && !write_failed_) {
    failed_rounds_ = 0;
    if (!copied_) return pause();
    pause_ = {};
    not_before_ = {};
    return;
  }
  ++failed_rounds_;
  pause();
  LogEvent event(Severity::error, "compaction-failed");
  if (!unreadable_.empty()) event.add("id", unreadable_.front().print());
  log_.write(event.add("reason", write_failed_ ? "a copy cannot be written" : "it cannot be read")
                 .add("again_in_ms", pause_.count()));
  if (!write_failed_ && failed_rounds_ >= rounds_until_left_behind) leave_behind();
}

void Compaction::pause() {
  pause_ = std::clamp<std::chrono::milliseconds>(2 * pause_, first_pause_, longest_pause);
  not_before_ = SteadyClock::now() + pause_;
}

void Compaction::leave_behind() {
  for (auto const id : unreadable_)
    if (!restate(id)) return;
  if (!needs_only_unreadable(*index_.access())) return;
  remover_.set_aside(segment_);
  pause_ = {};
  not_before_ = {};
}

// Writes the envelope anew, which names the content where it has always been.
bool Compaction::restate(MessageId id) {
  SpoolEntry entry;
  {
    auto index = index_.access();
    auto const* found = index->find(id);
    if (found == nullptr) return true;
    entry = *found;
  }
  if (entry.accept.segment != segment_) return true;  // that was done in an earlier round
  if (!segments_.make_room()) return false;
  CommitBatch batch(segments_.writer());
  auto const place =
      batch.add(wire::RecordKind::accept, id, wire::encode_accept(entry.chunks, entry.envelope.bytes()));
  if (!segments_.write(batch, true)) return false;
  auto index = index_.access();
  index->grow_segment(segments_.writer().number(), segments_.writer().size());
  index->relocate(id, std::move(entry.chunks), place);
  return true;
}

// Whether what is still needed of the segment is content of those messages, and nothing else.
bool Compaction::needs_only_unreadable(SpoolIndex const& index) const {
  std::uint64_t bytes = 0;
  for (auto const id : unreadable_) {
    auto const* entry = index.find(id);
    if (entry == nullptr) continue;
    for (auto const& chunk : entry->chunks)
      if (chunk.segment == segment_) bytes += wire::record_header_size + chunk.length;
  }
  auto const segment = index.segments().find(segment_);
  return bytes > 0 && segment != index.segments().end() && segment->second.live == bytes;
}

}  // namespace postern::store

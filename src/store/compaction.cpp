#include "store/compaction.hpp"

#include <memory>
#include <string>
#include <utility>

#include "store/segment_reader.hpp"

namespace postern::store {
namespace {

constexpr std::uint64_t copied_at_once = 1U << 20;  // bytes

}  // namespace

void Compaction::begin_if_due() {
  auto index = index_.access();
  auto const summary = index->summary();
  if (summary.segments < 2 || summary.bytes_on_disk < 2 * summary.bytes_live + 2 * segment_size_) return;
  auto const oldest = index->segments().begin()->first;
  if (oldest == segments_.writer().number() || oldest == segment_) return;
  segment_ = oldest;
  waiting_ = index->messages_in(oldest);
}

void Compaction::copy_some() {
  std::uint64_t const begin = segments_.writer().size();
  while (!waiting_.empty() && segments_.writer().size() - begin < copied_at_once) {
    MessageId const id = waiting_.back();
    waiting_.pop_back();
    std::uint64_t const segment = segments_.writer().number();
    if (!copy(id)) {
      log_.write(LogEvent(Severity::error, "compaction-failed").add("id", id.print()));
      waiting_.clear();
    }
    if (segments_.writer().number() != segment) break;
  }
}

bool Compaction::copy(MessageId id) {
  SpoolEntry entry;
  std::vector<std::pair<std::shared_ptr<ReadableFile const>, std::uint64_t>> sources;
  {
    auto index = index_.access();
    auto const* found = index->find(id);
    if (found == nullptr) return true;  // settled in the meantime
    entry = *found;
    for (auto const& chunk : entry.chunks) {
      auto const& segment = index->segments().at(chunk.segment);
      sources.emplace_back(segment.file, segment.salt);
    }
  }
  if (!segments_.make_room()) return false;
  CommitBatch batch(segments_.writer());
  std::vector<wire::ChunkPlace> chunks;
  for (std::size_t i = 0; i < entry.chunks.size(); ++i) {
    auto content = read_content(*sources[i].first, sources[i].second, id, entry.chunks[i]);
    if (!content) return false;
    chunks.push_back(batch.add(wire::RecordKind::chunk, id, std::move(*content)));
  }
  auto const place = batch.add(wire::RecordKind::accept, id, wire::encode_accept(chunks, entry.envelope));
  if (!segments_.write(batch, true)) return false;
  auto index = index_.access();
  index->grow_segment(segments_.writer().number(), segments_.writer().size());
  // When it has been settled since, its settlement is written behind this copy, and holds for it.
  index->relocate(id, std::move(chunks), place);
  return true;
}

}  // namespace postern::store

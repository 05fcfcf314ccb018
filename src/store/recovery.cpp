// The segments are read in the order of their numbers, and every record is applied to the index as it was
// when it was written. Three questions make this more than a loop:
//
//   Which content must be checked?
//       Before a new segment begins, the one before is synced, so that only the last one may hold records
//       whose content did not reach the disk. There content is read and checked; in the others it is skipped
//       by its length, and recovery takes as long as the envelopes need, not the mail.
//   Which accept counts?
//       A message has several when compaction copied it or a fault made the committer repeat it. The first
//       says where the content is: it was synced before it was acknowledged, while nobody knows whether a
//       later one was. Each says how the envelope is, and the last one counts.
//   What is damage?
//       Whatever is no record: it is passed over up to the next record (store/segment_reader) and counted.
//       An accept whose content is not all there was never acknowledged, and is not taken.
#include "store/recovery.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "store/segment_reader.hpp"

namespace postern::store {
namespace {

constexpr std::string_view suffix = ".segment";

struct Found {
  wire::SegmentHeader header;
  std::string path;
  std::shared_ptr<ReadableFile const> file;
};

class Rebuild {
 public:
  Rebuild(SpoolIndex& index, Recovery& recovery) : index_(index), recovery_(recovery) {}

  Result<void, FileError> read(Found const& segment, bool last) {
    good_content_.clear();
    last_ = last ? segment.header.number : 0;
    auto const scan = scan_segment(*segment.file, segment.header, last ? CheckContent::yes : CheckContent::no,
                                   [this](auto const& header, auto const& place, std::string_view payload) {
                                     apply(header, place, payload);
                                   });
    if (!scan) return fail(scan.error());
    recovery_.records += scan->records;
    recovery_.damaged_bytes += scan->damaged_bytes;
    if (scan->damaged_bytes > 0)
      recovery_.problems.push_back(segment.path + ": " + std::to_string(scan->damaged_bytes) +
                                   " bytes are no records" +
                                   (last ? " (a torn end, never acknowledged, or damage)" : ""));
    return {};
  }

 private:
  void apply(wire::RecordHeader const& header, wire::ChunkPlace const& place, std::string_view payload) {
    recovery_.greatest_id = std::max(recovery_.greatest_id, header.id.value);
    switch (header.kind) {
      case wire::RecordKind::chunk: good_content_.insert(place.offset); return;
      case wire::RecordKind::accept: return accept(header.id, place, payload);
      case wire::RecordKind::settle:
        if (auto const settlements = wire::decode_settlements(payload))
          index_.settle(header.id, *settlements);
        return;
      case wire::RecordKind::hold: index_.hold(header.id, wire::decode_hold(payload)); return;
      case wire::RecordKind::move: index_.move(header.id, payload); return;
      case wire::RecordKind::abandon: index_.remove(header.id); return;
    }
  }

  void accept(MessageId id, wire::ChunkPlace const& place, std::string_view payload) {
    auto const accepted = wire::decode_accept(payload);
    bool const whole = accepted && wire::decode_envelope(accepted->envelope) &&
                       std::all_of(accepted->chunks.begin(), accepted->chunks.end(),
                                   [this](wire::ChunkPlace const& chunk) { return is_there(chunk); });
    if (!whole) {
      ++recovery_.incomplete;
      recovery_.problems.push_back("message " + id.print() + ": its content is not all there");
      return;
    }
    if (index_.replace_envelope(id, std::string(accepted->envelope))) return;
    index_.accept(id, accepted->chunks, place, std::string(accepted->envelope));
  }

  bool is_there(wire::ChunkPlace const& chunk) const {
    if (chunk.segment == last_) return good_content_.contains(chunk.offset);
    auto const segment = index_.segments().find(chunk.segment);
    return segment != index_.segments().end() &&
           chunk.offset + wire::record_header_size + chunk.length <= segment->second.size;
  }

  SpoolIndex& index_;
  Recovery& recovery_;
  std::unordered_set<std::uint64_t> good_content_;  // of the last segment
  std::uint64_t last_ = 0;
};

}  // namespace

Result<Recovery, FileError> recover(Files& files, std::string const& directory, SpoolIndex& index) {
  Recovery recovery;
  auto const names = files.list(directory);
  if (!names && names.error() == FileError::missing) return recovery;
  if (!names) return fail(names.error());
  std::vector<Found> found;
  for (auto const& name : *names) {
    if (name.size() < suffix.size() || name.substr(name.size() - suffix.size()) != suffix) continue;
    std::string const path = directory + "/" + name;
    auto file = files.open(path);
    if (!file) return fail(file.error());
    auto const header = read_segment_header(**file);
    if (!header) {  // cut off while it was being made: nothing in it was ever acknowledged
      recovery.problems.push_back(path + ": no segment header, left alone");
      std::uint64_t number = 0;
      std::from_chars(name.data(), name.data() + name.size(), number, 16);
      recovery.next_number = std::max(recovery.next_number, number + 1);
      continue;
    }
    found.push_back({.header = *header, .path = path, .file = *file});
  }
  std::sort(found.begin(), found.end(),
            [](auto const& a, auto const& b) { return a.header.number < b.header.number; });
  for (auto const& segment : found) {
    index.add_segment(segment.header.number, {.path = segment.path,
                                              .salt = segment.header.salt,
                                              .size = segment.file->size(),
                                              .file = segment.file});
    recovery.next_number = std::max(recovery.next_number, segment.header.number + 1);
  }
  Rebuild rebuild(index, recovery);
  for (auto const& segment : found) {
    auto const read = rebuild.read(segment, &segment == &found.back());
    if (!read) return fail(read.error());
  }
  recovery.segments = found.size();
  return recovery;
}

}  // namespace postern::store

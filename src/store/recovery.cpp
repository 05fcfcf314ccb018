// The segments are read in the order of their numbers, and every record is applied to the index as it was
// when it was written. Four questions make this more than a loop:
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
//       Whatever is no record, or cannot be read: it is passed over up to the next record
//       (store/segment_reader) and counted. An accept whose content is not all there is not taken. It was
//       never acknowledged, or it is damaged; since nobody can tell, its segment counts as damaged, too.
//   What is a segment that was set aside for?
//       Its records are history, but a message whose content could not be copied out of it may still name
//       that content.
#include "store/recovery.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/counted.hpp"
#include "store/segment_name.hpp"
#include "store/segment_reader.hpp"

namespace postern::store {
namespace {

struct Found {
  SegmentBeginning beginning;
  std::string path;
  std::shared_ptr<ReadableFile const> file;
  bool set_aside = false;
};

class Rebuild {
 public:
  // `index` knows the segments already; `unreadable`: the numbers of files that are none.
  Rebuild(SpoolIndex& index, Recovery& recovery, std::set<std::uint64_t> unreadable)
      : index_(index),
        recovery_(recovery),
        oldest_(index.oldest_segment().value_or(0)),
        unreadable_(std::move(unreadable)) {}

  // The error is for people.
  Result<void, std::string> read(Found const& segment, bool last) {
    good_content_.clear();
    auto const number = segment.beginning.header.number;
    last_ = last ? number : 0;
    auto const scan = scan_segment(*segment.file, segment.beginning.header,
                                   last ? CheckContent::always : CheckContent::unless_claimed);
    for (auto const& record : scan.records)
      if (!apply(record)) return fail(segment.path + ": " + of_another_version());
    recovery_.records += scan.records.size();
    recovery_.damaged_bytes += scan.damaged_bytes;
    if (segment.beginning.start == SegmentStart::damaged)
      note_damage(number, segment.path + ": its header is damaged");
    auto const torn = last ? scan.torn_bytes : 0;
    if (torn > 0) note_torn_end(number, segment.path, torn);
    if (scan.damaged_bytes > torn)
      note_damage(number, segment.path + ": there is no record in " +
                              counted(scan.damaged_bytes - torn, "byte") +
                              (last ? " (an end that was never acknowledged, or damage)" : ""));
    return {};
  }

  static std::string of_another_version() {
    return "another version of Postern has written it, in a format that this one does not know; start that "
           "version, or move the file away";
  }

 private:
  // The segment counts as damaged all the same: nobody can tell what the record would have been.
  void note_torn_end(std::uint64_t segment, std::string const& path, std::uint64_t bytes) {
    index_.mark_damaged(segment);
    recovery_.torn_end = path + ": its last " + counted(bytes, "byte") +
                         " begin a record that was not written to its end, and never acknowledged";
  }

  void note_damage(std::uint64_t segment, std::string what) {
    index_.mark_damaged(segment);
    recovery_.problems.push_back(std::move(what));
  }

  // False: it is of a format that we do not know.
  bool apply(ScannedRecord const& record) {
    auto const id = record.header.id;
    bool const is_checked = record.header.kind != wire::RecordKind::chunk || last_ != 0;
    if (is_checked) recovery_.greatest_id = std::max(recovery_.greatest_id, id.value);
    switch (record.header.kind) {
      case wire::RecordKind::chunk: good_content_.insert(record.place.offset); return true;
      case wire::RecordKind::accept: return accept(id, record.place, record.payload);
      case wire::RecordKind::settle:
        if (auto const settlements = wire::decode_settlements(record.payload))
          index_.settle(id, *settlements);
        return true;
      case wire::RecordKind::hold: index_.hold(id, wire::decode_hold(record.payload)); return true;
      case wire::RecordKind::move: index_.move(id, record.payload); return true;
      case wire::RecordKind::abandon: index_.remove(id); return true;
    }
    return true;
  }

  bool accept(MessageId id, wire::ChunkPlace const& place, std::string_view payload) {
    auto const accepted = wire::decode_accept(payload);
    if (accepted && wire::is_of_newer_format(accepted->envelope)) return false;
    auto envelope = accepted ? wire::EncodedEnvelope::parse(accepted->envelope) : std::nullopt;
    bool const is_whole = envelope && std::all_of(accepted->chunks.begin(), accepted->chunks.end(),
                                                  [this](auto const& chunk) { return is_there(chunk); });
    if (!is_whole) {
      if (envelope && has_been_freed(accepted->chunks)) return true;
      ++recovery_.incomplete;
      note_damage(place.segment, "message " + id.print() + ": its content is not all there");
      return true;
    }
    if (index_.find(id) != nullptr)
      index_.replace_envelope(id, *std::move(envelope));
    else
      index_.accept(id, accepted->chunks, place, *std::move(envelope));
    return true;
  }

  // Segments are freed from the oldest on, once nobody needs them: the message is done with, or a copy of it
  // follows.
  bool has_been_freed(std::vector<wire::ChunkPlace> const& chunks) const {
    return std::any_of(chunks.begin(), chunks.end(), [this](auto const& chunk) {
      return chunk.segment < oldest_ && !index_.segments().contains(chunk.segment) &&
             !unreadable_.contains(chunk.segment);
    });
  }

  bool is_there(wire::ChunkPlace const& chunk) const {
    if (chunk.segment == last_) return good_content_.contains(chunk.offset);
    auto const segment = index_.segments().find(chunk.segment);
    return segment != index_.segments().end() &&
           chunk.offset + wire::record_header_size + chunk.length <= segment->second.size;
  }

  SpoolIndex& index_;
  Recovery& recovery_;
  std::uint64_t oldest_;  // segment that is not set aside
  std::set<std::uint64_t> unreadable_;
  std::unordered_set<std::uint64_t> good_content_;  // of the last segment
  std::uint64_t last_ = 0;
};

struct AllFound {
  std::vector<Found> segments;         // in the order of their numbers
  std::set<std::uint64_t> unreadable;  // files that are no segments: told of, and left alone
};

Result<AllFound, std::string> find_segments(Files& files, std::string const& directory, Recovery& recovery) {
  AllFound all;
  auto const names = files.list(directory);
  if (!names && names.error() == FileError::missing) return all;
  if (!names) return fail(directory + ": cannot be read");
  for (auto const& file_name : *names) {
    auto const name = parse_segment_name(file_name);
    if (!name) continue;
    recovery.next_number = std::max(recovery.next_number, name->number + 1);
    std::string const path = directory + "/" + file_name;
    auto file = files.open(path);
    if (!file) return fail(path + ": cannot be opened");
    auto const beginning = read_segment_beginning(**file, name->number);
    switch (beginning.start) {
      case SegmentStart::whole:
      case SegmentStart::damaged: break;
      case SegmentStart::other_format: return fail(path + ": " + Rebuild::of_another_version());
      case SegmentStart::none:
        recovery.problems.push_back(path + ": no segment header, left alone");
        all.unreadable.insert(name->number);
        continue;
    }
    if (name->set_aside) recovery.set_aside.push_back(path);
    recovery.next_number = std::max(recovery.next_number, beginning.header.number + 1);
    all.segments.push_back(
        {.beginning = beginning, .path = path, .file = *file, .set_aside = name->set_aside});
  }
  std::sort(all.segments.begin(), all.segments.end(), [](auto const& a, auto const& b) {
    return a.beginning.header.number < b.beginning.header.number;
  });
  return all;
}

}  // namespace

Result<Recovery, std::string> recover(Files& files, std::string const& directory, SpoolIndex& index) {
  Recovery recovery;
  auto const found = find_segments(files, directory, recovery);
  if (!found) return fail(found.error());
  std::vector<Found const*> to_read;
  std::vector<std::uint64_t> set_aside;
  for (auto const& segment : found->segments) {
    auto const& header = segment.beginning.header;
    index.add_segment(header.number, {.path = segment.path,
                                      .salt = header.salt,
                                      .size = segment.file->size(),
                                      .file = segment.file,
                                      .damaged = segment.set_aside,
                                      .set_aside = segment.set_aside});
    if (segment.set_aside)
      set_aside.push_back(header.number);
    else
      to_read.push_back(&segment);
  }
  Rebuild rebuild(index, recovery, found->unreadable);
  for (auto const* segment : to_read)
    if (auto const read = rebuild.read(*segment, segment == to_read.back()); !read) return fail(read.error());
  for (auto const number : set_aside)  // most are needed by nobody
    if (index.segments().at(number).live == 0) index.drop_segment(number);
  recovery.segments = to_read.size();
  return recovery;
}

}  // namespace postern::store

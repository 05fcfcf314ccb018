// A message is put together from all segments: from its accept record, the pieces that this names; without
// one, the pieces that carry its id, in the order in which they were written. A piece that nobody names is
// either of a message whose accept record is damaged, or of one that was abandoned while it came in. Only
// where its segment is damaged the first is likely enough to tell of it.
#include "store/salvage.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "store/segment_name.hpp"
#include "store/segment_reader.hpp"

namespace postern::store {
namespace {

struct OpenSegment {
  std::string path;
  SegmentBeginning beginning;
  std::shared_ptr<ReadableFile const> file;
  bool damaged = false;
};

struct Clues {  // to one message
  std::vector<wire::ChunkPlace> pieces;
  std::optional<std::vector<wire::ChunkPlace>> accepted;
  std::optional<wire::Envelope> envelope;
  bool known_done = false;  // deleted, or abandoned
  bool near_damage = false;
  std::string file;
};

class Search {
 public:
  explicit Search(Files& files) : files_(files) {}

  void look_into(std::string path, SegmentName const& name) {
    auto const file = files_.open(path);
    if (!file) return note_unreadable(std::move(path), 0);
    auto const beginning = read_segment_beginning(**file, name.number);
    if (beginning.start == SegmentStart::other_format) return;
    if (beginning.start == SegmentStart::none) {
      if ((*file)->size() > 0) note_unreadable(std::move(path), (*file)->size());
      return;
    }
    auto const scan = scan_segment(**file, beginning.header, CheckContent::always);
    bool const damaged = scan.damaged_bytes > 0 || beginning.start == SegmentStart::damaged;
    if (damaged) found_.files.push_back({.path = path, .damaged_bytes = scan.damaged_bytes});
    segments_[beginning.header.number] = {
        .path = path, .beginning = beginning, .file = *file, .damaged = damaged};
    for (auto const& record : scan.records) take(record, path, damaged);
  }

  Salvage finish() {
    for (auto const& [id, clues] : clues_) {
      if (clues.known_done || !is_damaged(clues)) continue;
      found_.messages.push_back(put_together(id, clues));
    }
    return std::move(found_);
  }

 private:
  void note_unreadable(std::string path, std::uint64_t size) {
    found_.files.push_back({.path = std::move(path), .damaged_bytes = size});
  }

  void take(ScannedRecord const& record, std::string const& path, bool damaged) {
    auto& clues = clues_[record.header.id];
    if (clues.file.empty()) clues.file = path;
    switch (record.header.kind) {
      case wire::RecordKind::chunk:
        clues.pieces.push_back(record.place);
        clues.near_damage = clues.near_damage || damaged;
        break;
      case wire::RecordKind::accept:
        if (auto const accept = wire::decode_accept(record.payload)) {
          if (!clues.accepted || !all_there(*clues.accepted)) clues.accepted = accept->chunks;
          clues.envelope = wire::decode_envelope(accept->envelope);
        }
        break;
      case wire::RecordKind::settle:
        if (clues.envelope)
          if (auto const settlements = wire::decode_settlements(record.payload))
            settle(*clues.envelope, *settlements);
        break;
      case wire::RecordKind::abandon: clues.known_done = true; break;
      case wire::RecordKind::hold:
      case wire::RecordKind::move: break;
    }
  }

  static void settle(wire::Envelope& envelope, std::vector<wire::Settlement> const& settlements) {
    for (auto const& settlement : settlements)
      if (settlement.recipient < envelope.recipients.size())
        envelope.recipients[settlement.recipient].state = settlement.state;
  }

  std::optional<std::string> read(MessageId id, wire::ChunkPlace const& place) const {
    auto const segment = segments_.find(place.segment);
    if (segment == segments_.end()) return std::nullopt;
    auto content = read_content(*segment->second.file, segment->second.beginning.header.salt, id, place);
    if (!content) return std::nullopt;
    return *std::move(content);
  }

  bool all_there(std::vector<wire::ChunkPlace> const& places) const {
    return std::all_of(places.begin(), places.end(),
                       [this](auto const& place) { return segments_.contains(place.segment); });
  }

  // A message that was delivered, copied on or never accepted is none that damage has touched.
  bool is_damaged(Clues const& clues) const {
    if (clues.envelope && clues.envelope->settled()) return false;
    if (!clues.accepted) return clues.near_damage;
    if (!all_there(*clues.accepted)) return false;
    return std::any_of(clues.accepted->begin(), clues.accepted->end(), [&](auto const& place) {
      return std::find(clues.pieces.begin(), clues.pieces.end(), place) == clues.pieces.end();
    });
  }

  SalvagedMessage put_together(MessageId id, Clues const& clues) const {
    SalvagedMessage message{.id = id, .envelope = clues.envelope, .pieces = {}, .file = clues.file};
    auto const& places = clues.accepted ? *clues.accepted : clues.pieces;
    message.content_is_whole = true;
    for (auto const& place : places) {
      auto piece = read(id, place);
      if (piece)
        message.pieces.push_back(*std::move(piece));
      else
        message.content_is_whole = false;
    }
    return message;
  }

  Files& files_;
  Salvage found_;
  std::map<std::uint64_t, OpenSegment> segments_;
  std::map<MessageId, Clues> clues_;
};

}  // namespace

std::string SalvagedMessage::content() const {
  std::string all;
  for (auto const& piece : pieces) all += piece;
  return all;
}

std::string SalvagedMessage::header() const {
  auto const all = content();
  return all.substr(0, all.find("\r\n\r\n"));
}

Result<Salvage, std::string> salvage(Files& files, std::string const& directory, SalvageScope scope) {
  auto const names = files.list(directory);
  if (!names) return fail(directory + ": cannot be read");
  std::vector<std::pair<SegmentName, std::string>> found;
  for (auto const& name : *names)
    if (auto const parsed = parse_segment_name(name)) found.emplace_back(*parsed, directory + "/" + name);
  std::sort(found.begin(), found.end(),
            [](auto const& a, auto const& b) { return a.first.number < b.first.number; });
  if (scope == SalvageScope::but_for_last && !found.empty() && !found.back().first.set_aside)
    found.pop_back();
  Search search(files);
  for (auto& [name, path] : found) search.look_into(std::move(path), name);
  return search.finish();
}

std::vector<std::string> set_aside_files(Files& files, std::string const& directory) {
  std::vector<std::string> paths;
  auto const names = files.list(directory);
  if (!names) return paths;
  for (auto const& name : *names)
    if (auto const parsed = parse_segment_name(name); parsed && parsed->set_aside)
      paths.push_back(directory + "/" + name);
  return paths;
}

}  // namespace postern::store

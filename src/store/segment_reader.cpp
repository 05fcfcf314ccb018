// A segment is read from its first record on; each header says where the next one begins. When what stands
// there is no record, its length cannot be trusted either, so that the reader looks for the next place where
// the segment's salt stands and tries there: it resynchronises. The salt is what makes this safe. It is
// random for every segment, and every record begins with it, so that whoever writes a message cannot put a
// record into it that would be found here; and should the eight bytes occur by chance, the checksum, which is
// seeded with the salt, does not hold.
//
// Content is not read at a start, since that would take as long as all mail takes; so its checksum cannot
// tell that the length in its header is wrong. Two things do. Behind the content must stand a record, or the
// end. And its accept record, whose checksum does hold, must name it with the same length. Content of which
// one of these is not true is read after all, and when its checksum does not hold, the records that its
// length has jumped over are looked for.
#include "store/segment_reader.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace postern::store {
namespace {

constexpr std::size_t search_window = 1U << 20;
constexpr std::uint64_t disk_block = 4096;  // what a disk that cannot read a byte cannot read with it

class Scanner {
 public:
  Scanner(ReadableFile const& file, wire::SegmentHeader const& segment, CheckContent check)
      : file_(file), segment_(segment), check_(check) {}

  SegmentScan scan() {
    walk();
    while (find_false_lengths()) walk();
    return std::move(scan_);
  }

 private:
  using Place = std::pair<std::uint64_t, std::uint32_t>;  // offset and length

  void walk() {
    scan_ = {};
    for (std::uint64_t at = wire::segment_header_size; at < file_.size();) {
      if (auto record = read_record(at)) {
        at += wire::record_header_size + record->header.length;
        scan_.records.push_back(*std::move(record));
        continue;
      }
      auto const next = find_salt(at + 1);
      scan_.damaged_bytes += next - at;
      if (next == file_.size() && is_cut_off(at)) scan_.torn_bytes = next - at;
      at = next;
    }
  }

  // Whether the file ends within the record that begins there.
  bool is_cut_off(std::uint64_t at) const {
    auto const rest = file_.size() - at;
    if (rest < wire::record_header_size) return true;
    std::array<char, wire::record_header_size> bytes{};
    auto const count = file_.read(at, bytes);
    if (!count) return false;
    auto const header = wire::decode_record_header({bytes.data(), *count}, segment_.salt);
    return header && wire::record_header_size + header->length > rest;
  }

  std::optional<wire::RecordHeader> read_header(std::uint64_t at) const {
    std::array<char, wire::record_header_size> bytes{};
    auto const count = file_.read(at, bytes);
    if (!count) return std::nullopt;
    auto const header = wire::decode_record_header({bytes.data(), *count}, segment_.salt);
    if (!header || at + wire::record_header_size + header->length > file_.size()) return std::nullopt;
    return *header;
  }

  std::optional<ScannedRecord> read_record(std::uint64_t at) {
    auto const header = read_header(at);
    if (!header || false_.contains(at)) return std::nullopt;
    ScannedRecord record{.header = *header, .place = {segment_.number, at, header->length}, .payload = {}};
    bool const content = header->kind == wire::RecordKind::chunk;
    if (content && (check_ == CheckContent::unless_claimed || whole_.contains(at))) {
      auto const end = at + wire::record_header_size + header->length;
      if (whole_.contains(at) || end == file_.size() || read_header(end)) return record;
    }
    auto payload = read_payload(record);
    if (!payload) return std::nullopt;
    if (content)
      whole_.insert(at);
    else
      record.payload = *std::move(payload);
    return record;
  }

  std::optional<std::string> read_payload(ScannedRecord const& record) const {
    std::string payload(record.header.length, '\0');
    auto const count = file_.read(record.place.offset + wire::record_header_size, payload);
    if (!count || *count != payload.size()) return std::nullopt;
    if (!wire::checksum_holds(record.header, segment_.salt, payload)) return std::nullopt;
    return payload;
  }

  // Whether there are some that were not known yet, so that another walk finds more.
  bool find_false_lengths() {
    if (check_ == CheckContent::always) return false;
    std::set<Place> claimed;
    for (auto const& record : scan_.records) {
      if (record.header.kind != wire::RecordKind::accept) continue;
      auto const accept = wire::decode_accept(record.payload);
      if (!accept) continue;
      for (auto const& chunk : accept->chunks)
        if (chunk.segment == segment_.number) claimed.emplace(chunk.offset, chunk.length);
    }
    auto const known = false_.size();
    for (auto const& record : scan_.records) {
      auto const at = record.place.offset;
      if (record.header.kind != wire::RecordKind::chunk || whole_.contains(at)) continue;
      if (claimed.contains({at, record.place.length})) continue;
      if (read_payload(record))
        whole_.insert(at);
      else
        false_.insert(at);
    }
    return false_.size() > known;
  }

  // The offset of the next place at or behind `from` where the salt stands; the file's size when there is
  // none. What cannot be read is passed over block by block.
  std::uint64_t find_salt(std::uint64_t from) const {
    auto const& salt = segment_.salt;
    std::string window(search_window, '\0');
    while (from + wire::record_header_size <= file_.size()) {
      auto const count = file_.read(from, window);
      if (!count || *count < sizeof salt) {
        from = (from / disk_block + 1) * disk_block;
        continue;
      }
      auto const* found = ::memmem(window.data(), *count, &salt, sizeof salt);
      if (found != nullptr)
        return from + static_cast<std::uint64_t>(static_cast<char const*>(found) - window.data());
      from += *count - sizeof salt + 1;
    }
    return file_.size();
  }

  ReadableFile const& file_;
  wire::SegmentHeader segment_;
  CheckContent check_;
  SegmentScan scan_;
  std::set<std::uint64_t> whole_;  // offsets of content that was read and is whole
  std::set<std::uint64_t> false_;  // and of what only looks like content
};

// The salt of the record at the segment's first place, when that record is whole.
std::optional<std::uint64_t> salt_of_first_record(ReadableFile const& file) {
  std::string bytes(wire::record_header_size, '\0');
  auto const count = file.read(wire::segment_header_size, bytes);
  if (!count || *count != bytes.size()) return std::nullopt;
  std::uint64_t salt = 0;
  std::memcpy(&salt, bytes.data(), sizeof salt);
  auto const header = wire::decode_record_header(bytes, salt);
  if (!header || wire::segment_header_size + bytes.size() + header->length > file.size()) return std::nullopt;
  std::string payload(header->length, '\0');
  auto const length = file.read(wire::segment_header_size + bytes.size(), payload);
  if (!length || *length != payload.size() || !wire::checksum_holds(*header, salt, payload))
    return std::nullopt;
  return salt;
}

}  // namespace

SegmentBeginning read_segment_beginning(ReadableFile const& file, std::uint64_t number) {
  std::array<char, wire::segment_header_size> bytes{};
  auto const count = file.read(0, bytes);
  std::string_view const start(bytes.data(), count ? *count : 0);
  if (auto const header = wire::decode_segment_header(start))
    return {.start = SegmentStart::whole, .header = *header};
  if (wire::is_of_other_format(start)) return {.start = SegmentStart::other_format, .header = {}};
  if (auto const salt = salt_of_first_record(file))
    return {.start = SegmentStart::damaged, .header = {.number = number, .salt = *salt}};
  return {};
}

SegmentScan scan_segment(ReadableFile const& file, wire::SegmentHeader const& header, CheckContent check) {
  return Scanner(file, header, check).scan();
}

Result<std::string, FileError> read_content(ReadableFile const& file, std::uint64_t salt, MessageId id,
                                            wire::ChunkPlace const& place) {
  std::array<char, wire::record_header_size> bytes{};
  auto const count = file.read(place.offset, bytes);
  if (!count) return fail(count.error());
  auto const header = wire::decode_record_header({bytes.data(), *count}, salt);
  if (!header || header->kind != wire::RecordKind::chunk || header->id != id ||
      header->length != place.length)
    return fail(FileError::broken);
  std::string content(place.length, '\0');
  auto const length = file.read(place.offset + wire::record_header_size, content);
  if (!length) return fail(length.error());
  if (*length != place.length || !wire::checksum_holds(*header, salt, content))
    return fail(FileError::broken);
  return content;
}

}  // namespace postern::store

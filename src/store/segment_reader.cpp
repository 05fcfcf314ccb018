// A segment is read from its first record on; each header says where the next one begins. When what stands
// there is no record, its length cannot be trusted either, so that the reader looks for the next place where
// the segment's salt stands and tries there: it resynchronises. The salt is what makes this safe. It is
// random for every segment, and every record begins with it, so that whoever writes a message cannot put a
// record into it that would be found here; and should the eight bytes occur by chance, the checksum, which is
// seeded with the salt, does not hold.
#include "store/segment_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace postern::store {
namespace {

constexpr std::size_t search_window = 1U << 20;

// The offset of the next place at or behind `from` where the salt stands; the file's size when there is none.
Result<std::uint64_t, FileError> find_salt(ReadableFile const& file, std::uint64_t salt, std::uint64_t from) {
  std::string window(search_window, '\0');
  while (from + wire::record_header_size <= file.size()) {
    auto const count = file.read(from, window);
    if (!count) return fail(count.error());
    if (*count < sizeof salt) break;
    auto const* found = ::memmem(window.data(), *count, &salt, sizeof salt);
    if (found != nullptr)
      return from + static_cast<std::uint64_t>(static_cast<char const*>(found) - window.data());
    from += *count - sizeof salt + 1;
  }
  return file.size();
}

}  // namespace

Result<wire::SegmentHeader, FileError> read_segment_header(ReadableFile const& file) {
  std::array<char, wire::segment_header_size> bytes{};
  auto const count = file.read(0, bytes);
  if (!count) return fail(count.error());
  auto const header = wire::decode_segment_header({bytes.data(), *count});
  if (!header) return fail(FileError::broken);
  return *header;
}

Result<SegmentScan, FileError> scan_segment(ReadableFile const& file, wire::SegmentHeader const& segment,
                                            CheckContent check, OnRecord const& on_record) {
  SegmentScan scan;
  std::uint64_t at = wire::segment_header_size;
  scan.good_until = at;
  std::array<char, wire::record_header_size> bytes{};
  std::string payload;
  while (at < file.size()) {
    auto const count = file.read(at, bytes);
    if (!count) return fail(count.error());
    auto const header = wire::decode_record_header({bytes.data(), *count}, segment.salt);
    std::uint64_t const end = header ? at + wire::record_header_size + header->length : 0;
    bool good = header && end <= file.size();
    bool const content = good && header->kind == wire::RecordKind::chunk;
    payload.clear();
    if (good && (!content || check == CheckContent::yes)) {
      payload.resize(header->length);
      auto const length = file.read(at + wire::record_header_size, payload);
      if (!length) return fail(length.error());
      good = *length == header->length && wire::checksum_holds(*header, segment.salt, payload);
    }
    if (!good) {
      auto const next = find_salt(file, segment.salt, at + 1);
      if (!next) return fail(next.error());
      scan.damaged_bytes += *next - at;
      at = *next;
      continue;
    }
    if (content) payload.clear();
    on_record(*header, {segment.number, at, header->length}, payload);
    ++scan.records;
    at = scan.good_until = end;
  }
  return scan;
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

// Reads a segment's records. Content is skipped by its length, or checked, as asked.
// Damage: what is no record, or cannot be read, is passed over up to the next record, and counted; a torn
// tail is damage with nothing behind it. What a stranger wrote into a message cannot pass for a record: it
// lacks the segment's salt. A length is believed only when what it leads to bears it out, so that a damaged
// one does not hide the records behind it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/file.hpp"
#include "wire/segment_record.hpp"

namespace postern::store {

// How a segment's file begins.
enum class SegmentStart : std::uint8_t {
  whole,
  damaged,       // the header cannot be read, but the first record's salt stands in for it
  other_format,  // of another version of Postern
  none           // neither a header nor a record: it was cut off while it was being made, or is damaged
};

struct SegmentBeginning {
  SegmentStart start = SegmentStart::none;
  wire::SegmentHeader header;  // of one that is whole or damaged
};

// `number`: as the file's name gives it.
SegmentBeginning read_segment_beginning(ReadableFile const& file, std::uint64_t number);

// unless_claimed: content that an accept record of the same segment names with the same length is believed to
// be whole, and is not read.
enum class CheckContent : std::uint8_t { unless_claimed, always };

struct ScannedRecord {
  wire::RecordHeader header;
  wire::ChunkPlace place;
  std::string payload;  // empty for content
};

struct SegmentScan {
  std::vector<ScannedRecord> records;  // in their order
  std::uint64_t damaged_bytes = 0;     // passed over
  std::uint64_t torn_bytes = 0;        // of them: the beginning of a record, in which the file ends
};

// Content whose checksum is known not to hold counts as damage.
SegmentScan scan_segment(ReadableFile const& file, wire::SegmentHeader const& header, CheckContent check);

// One piece of content, checked.
Result<std::string, FileError> read_content(ReadableFile const& file, std::uint64_t salt, MessageId id,
                                            wire::ChunkPlace const& place);

}  // namespace postern::store

// Reads a segment's records in order. Content is skipped by its length, or checked, as asked.
// Damage: what is no record is passed over up to the next record, and counted; a torn tail is damage with
// nothing behind it. What a stranger wrote into a message cannot pass for a record: it lacks the segment's
// salt.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "store/file.hpp"
#include "wire/segment_record.hpp"

namespace postern::store {

enum class CheckContent : std::uint8_t { no, yes };

struct SegmentScan {
  std::uint64_t records = 0;
  std::uint64_t damaged_bytes = 0;  // passed over
  std::uint64_t good_until = 0;     // offset behind the last good record
};

// `on_record`: `payload` is empty for content. With CheckContent::yes, content whose checksum does not hold
// counts as damage.
using OnRecord = std::function<void(wire::RecordHeader const& header, wire::ChunkPlace const& place,
                                    std::string_view payload)>;

Result<wire::SegmentHeader, FileError> read_segment_header(ReadableFile const& file);  // broken: it is none
Result<SegmentScan, FileError> scan_segment(ReadableFile const& file, wire::SegmentHeader const& header,
                                            CheckContent check, OnRecord const& on_record);

// One piece of content, checked.
Result<std::string, FileError> read_content(ReadableFile const& file, std::uint64_t salt, MessageId id,
                                            wire::ChunkPlace const& place);

}  // namespace postern::store

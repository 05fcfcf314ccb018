// The records a spool segment is made of (docs/spool.md): a file header with a random salt, then records,
// each with the salt, its kind, the message it is about, and a checksum. A stranger who writes a message
// cannot know the salt, so that no content can pass for a record. Bounds: a payload of 128 MiB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/message_id.hpp"
#include "base/result.hpp"
#include "wire/envelope.hpp"

namespace postern::wire {

constexpr std::size_t segment_header_size = 32;  // bytes
constexpr std::size_t record_header_size = 32;
constexpr std::size_t record_payload_limit = 128 * 1024 * 1024;

struct SegmentHeader {
  std::uint64_t number = 0;
  std::uint64_t salt = 0;
};

std::string encode(SegmentHeader const& header);
std::optional<SegmentHeader> decode_segment_header(std::string_view bytes);  // absent when it is none
// Whether these bytes begin a segment of another version's format. The header of our own with a damaged
// version is none: with the right version its checksum holds.
bool is_of_other_format(std::string_view bytes);

enum class RecordKind : std::uint8_t {
  chunk = 1,    // a piece of content
  accept = 2,   // an envelope and where its content is: from here on the message is ours
  settle = 3,   // what became of recipients
  hold = 4,     // held, or released
  abandon = 5,  // an accept of this id in an older record was never acknowledged, or the message was deleted
  move = 6      // another route for the recipients that wait
};

struct RecordHeader {
  RecordKind kind{};
  std::uint32_t length = 0;  // of the payload
  MessageId id;
  std::uint64_t checksum = 0;
};

// What stands before the payload.
std::string encode_record_header(std::uint64_t salt, RecordKind kind, MessageId id, std::string_view payload);

enum class RecordError : std::uint8_t { short_read, not_a_record };
Result<RecordHeader, RecordError> decode_record_header(std::string_view bytes, std::uint64_t salt);
bool checksum_holds(RecordHeader const& header, std::uint64_t salt, std::string_view payload);

// Where a piece of content lies.
struct ChunkPlace {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;  // of its record's header in the file
  std::uint32_t length = 0;  // of its payload

  friend bool operator==(ChunkPlace const&, ChunkPlace const&) = default;
};

struct AcceptPayload {
  std::vector<ChunkPlace> chunks;
  std::string_view envelope;  // encoded; a view into the payload
};

std::string encode_accept(std::vector<ChunkPlace> const& chunks, std::string_view envelope);
std::optional<AcceptPayload> decode_accept(std::string_view payload);

std::string_view encode_hold(bool held);
bool decode_hold(std::string_view payload);

struct Settlement {
  std::uint32_t recipient = 0;  // index in the envelope
  RecipientState state = RecipientState::waiting;
  std::uint32_t attempts = 0;
  Instant due{};
  std::string reply;  // 512 bytes at most
};

std::string encode(std::vector<Settlement> const& settlements);
std::optional<std::vector<Settlement>> decode_settlements(std::string_view payload);

}  // namespace postern::wire

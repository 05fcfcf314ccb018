#include "wire/segment_record.hpp"

#include <xxhash.h>

#include <array>
#include <limits>

#include "wire/binary.hpp"

namespace postern::wire {
namespace {

constexpr std::string_view magic = "POSTERN1";  // a name, and the version of the format
static_assert(magic.size() + 3 * sizeof(std::uint64_t) == segment_header_size);
static_assert(3 * sizeof(std::uint64_t) + 2 * sizeof(std::uint32_t) == record_header_size);
constexpr std::size_t settled_reply_limit = 512;

// What a spool written by any version may hold. The number of a kind is its place, counted from 1.
constexpr std::array kinds = {RecordKind::chunk, RecordKind::accept,  RecordKind::settle,
                              RecordKind::hold,  RecordKind::abandon, RecordKind::move};
constexpr bool numbered_in_order() {
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (static_cast<std::size_t>(kinds[i]) != i + 1) return false;
  return true;
}
static_assert(numbered_in_order());
static_assert(segment_header_size == magic.size() + 3 * sizeof(std::uint64_t));
static_assert(record_header_size == 3 * sizeof(std::uint64_t) + 2 * sizeof(std::uint32_t));
static_assert(record_payload_limit <= std::numeric_limits<std::uint32_t>::max());

std::uint64_t checksum(std::uint64_t salt, std::string_view header, std::string_view payload) {
  std::uint64_t const first = XXH3_64bits_withSeed(header.data(), header.size(), salt);
  return XXH3_64bits_withSeed(payload.data(), payload.size(), first);
}

// The part of a record's header that its checksum covers.
std::string covered(std::uint64_t salt, RecordKind kind, MessageId id, std::uint32_t length) {
  std::string bytes;
  BinaryWriter out(bytes);
  out.put(salt);
  out.put(static_cast<std::uint32_t>(kind));
  out.put(length);
  out.put(id.value);
  return bytes;
}

}  // namespace

std::string encode(SegmentHeader const& header) {
  std::string bytes(magic);
  BinaryWriter out(bytes);
  out.put(header.number);
  out.put(header.salt);
  out.put(static_cast<std::uint64_t>(XXH3_64bits(bytes.data(), bytes.size())));
  return bytes;
}

std::optional<SegmentHeader> decode_segment_header(std::string_view bytes) {
  if (bytes.size() < segment_header_size || bytes.substr(0, magic.size()) != magic) return std::nullopt;
  BinaryReader in(bytes.substr(magic.size()));
  SegmentHeader header;
  header.number = in.get<std::uint64_t>();
  header.salt = in.get<std::uint64_t>();
  if (in.get<std::uint64_t>() != XXH3_64bits(bytes.data(), segment_header_size - sizeof(std::uint64_t)))
    return std::nullopt;
  return header;
}

bool is_of_other_format(std::string_view bytes) {
  constexpr std::size_t name_size = magic.size() - 1;
  if (bytes.size() < magic.size() || bytes.substr(0, name_size) != magic.substr(0, name_size)) return false;
  if (bytes[name_size] == magic[name_size]) return false;
  return !decode_segment_header(std::string(magic) + std::string(bytes.substr(magic.size())));
}

std::string encode_record_header(std::uint64_t salt, RecordKind kind, MessageId id,
                                 std::string_view payload) {
  std::string header = covered(salt, kind, id, static_cast<std::uint32_t>(payload.size()));
  BinaryWriter(header).put(checksum(salt, header, payload));
  return header;
}

Result<RecordHeader, RecordError> decode_record_header(std::string_view bytes, std::uint64_t salt) {
  if (bytes.size() < record_header_size) return fail(RecordError::short_read);
  BinaryReader in(bytes);
  if (in.get<std::uint64_t>() != salt) return fail(RecordError::not_a_record);
  auto const kind = in.get<std::uint32_t>();
  if (kind < 1 || kind > kinds.size()) return fail(RecordError::not_a_record);
  RecordHeader header;
  header.kind = static_cast<RecordKind>(kind);
  header.length = in.get<std::uint32_t>();
  header.id = MessageId{in.get<std::uint64_t>()};
  header.checksum = in.get<std::uint64_t>();
  if (header.length > record_payload_limit) return fail(RecordError::not_a_record);
  return header;
}

bool checksum_holds(RecordHeader const& header, std::uint64_t salt, std::string_view payload) {
  return payload.size() == header.length &&
         checksum(salt, covered(salt, header.kind, header.id, header.length), payload) == header.checksum;
}

std::string encode_accept(std::vector<ChunkPlace> const& chunks, std::string_view envelope) {
  std::string bytes;
  BinaryWriter out(bytes);
  out.put(static_cast<std::uint32_t>(chunks.size()));
  for (auto const& chunk : chunks) {
    out.put(chunk.segment);
    out.put(chunk.offset);
    out.put(chunk.length);
  }
  out.put_text(envelope);
  return bytes;
}

std::optional<AcceptPayload> decode_accept(std::string_view payload) {
  BinaryReader in(payload);
  AcceptPayload accept;
  auto const count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    ChunkPlace chunk;
    chunk.segment = in.get<std::uint64_t>();
    chunk.offset = in.get<std::uint64_t>();
    chunk.length = in.get<std::uint32_t>();
    if (in.ok()) accept.chunks.push_back(chunk);
  }
  accept.envelope = in.get_text();
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return accept;
}

std::string_view encode_hold(bool held) { return held ? "1" : "0"; }

bool decode_hold(std::string_view payload) { return payload == encode_hold(true); }

std::string encode(std::vector<Settlement> const& settlements) {
  std::string bytes;
  BinaryWriter out(bytes);
  for (auto const& s : settlements) {
    out.put(s.recipient);
    out.put(static_cast<std::uint8_t>(s.state));
    out.put(s.attempts);
    out.put(static_cast<std::uint64_t>(to_micros(s.due)));
    out.put_text(std::string_view(s.reply).substr(0, settled_reply_limit));
  }
  return bytes;
}

std::optional<std::vector<Settlement>> decode_settlements(std::string_view payload) {
  BinaryReader in(payload);
  std::vector<Settlement> settlements;
  while (in.ok() && !in.at_end()) {
    Settlement s;
    s.recipient = in.get<std::uint32_t>();
    auto const state = in.get<std::uint8_t>();
    if (state > static_cast<std::uint8_t>(RecipientState::deleted)) return std::nullopt;
    s.state = static_cast<RecipientState>(state);
    s.attempts = in.get<std::uint32_t>();
    s.due = from_micros(static_cast<std::int64_t>(in.get<std::uint64_t>()));
    s.reply = in.get_text();
    settlements.push_back(std::move(s));
  }
  if (!in.ok()) return std::nullopt;
  return settlements;
}

}  // namespace postern::wire

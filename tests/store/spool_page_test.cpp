// The example of docs/spool.md is what Postern writes, and what it reads.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "base/hex.hpp"
#include "store/recovery.hpp"
#include "store/segment_reader.hpp"
#include "support/example_policy.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

constexpr std::uint64_t salt = 0x0123456789ABCDEF;
constexpr MessageId id{1'700'000'000'000'000};
constexpr std::string_view content = "Subject: hi\r\n\r\nHello.\r\n";

std::optional<unsigned> hex_number(std::string_view text) {
  unsigned value = 0;
  for (char const c : text) {
    auto const digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return value;
}

// The bytes of the page's lines "    0040  53 75 62  what they are", whose offsets must follow each other.
std::string bytes_of_page() {
  std::ifstream page(POSTERN_DOCS "/spool.md");
  EXPECT_TRUE(page);
  std::string bytes;
  for (std::string line; std::getline(page, line);) {
    if (line.size() < 12 || line.substr(0, 4) != "    " || line.substr(8, 2) != "  ") continue;
    auto const offset = hex_number(std::string_view(line).substr(4, 4));
    if (!offset) continue;
    EXPECT_EQ(*offset, bytes.size()) << line;
    for (std::size_t at = 10; at + 2 <= line.size() && line[at] != ' '; at += 3) {
      auto const byte = hex_number(std::string_view(line).substr(at, 2));
      EXPECT_TRUE(byte) << line;
      bytes += static_cast<char>(byte.value_or(0));
    }
  }
  return bytes;
}

std::string digits(std::string_view bytes) {
  return hex({reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size()});
}

std::string record(wire::RecordKind kind, std::string_view payload) {
  return wire::encode_record_header(salt, kind, id, payload) + std::string(payload);
}

std::string example() {
  wire::Envelope envelope;
  envelope.arrived = from_micros(1'700'000'000'000'000);
  envelope.reverse_path = tests::address("a@far.example");
  envelope.size = content.size();
  envelope.over_tls = true;
  envelope.recipients.push_back({tests::address("b@example.org"), {}, {}, {}, {}, 0, {}, {}});
  wire::ChunkPlace const place{1, wire::segment_header_size, static_cast<std::uint32_t>(content.size())};
  return wire::encode(wire::SegmentHeader{1, salt}) + record(wire::RecordKind::chunk, content) +
         record(wire::RecordKind::accept, wire::encode_accept({place}, wire::encode(envelope)));
}

TEST(SpoolPage, ShowsTheBytesOfAnAcceptedMessage) {
  auto const shown = bytes_of_page();
  EXPECT_GT(shown.size(), 200U);
  EXPECT_EQ(digits(shown), digits(example()));
}

TEST(SpoolPage, ShowsASegmentThatARecoveryReads) {
  tests::Workplace place;
  std::filesystem::create_directories(place.path("spool"));
  std::ofstream(place.path("spool/0000000000000001.segment"), std::ios::binary) << bytes_of_page();
  SpoolIndex index;
  auto const recovery = recover(real_files(), place.path("spool"), index);
  ASSERT_TRUE(recovery);
  EXPECT_EQ(recovery->records, 2U);
  EXPECT_EQ(recovery->damaged_bytes, 0U);
  auto const* entry = index.find(id);
  ASSERT_NE(entry, nullptr);
  ASSERT_EQ(entry->chunks.size(), 1U);
  EXPECT_EQ(*read_content(*index.segments().at(1).file, salt, id, entry->chunks[0]), content);
}

}  // namespace
}  // namespace postern::store

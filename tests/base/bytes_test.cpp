// Bytes as text and back: base64, hexadecimal, UTF-8, sizes, spans.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <vector>

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "base/byte_size.hpp"
#include "base/hex.hpp"
#include "base/instant.hpp"
#include "base/utf8.hpp"
#include "support/exhaustive.hpp"

namespace postern {
namespace {

using namespace std::string_literals;
using tests::for_each_string;

TEST(Base64, IsWhatTheRfcSays) {  // RFC 4648 section 10
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, RoundTrips) {
  for_each_string("\0\x01\x7f\x80\xff"s, 5, [](std::string_view bytes) {
    auto const text = base64(bytes);
    ASSERT_EQ(text.size() % 4, 0U);
    ASSERT_EQ(decode_base64(text), std::string(bytes));
    ASSERT_EQ(decode_base64(" " + text + "\r\n"), std::string(bytes))
        << "blanks and line ends are passed over";
  });
}

TEST(Base64, DecodesNothingButItsDigits) {
  for_each_string("Qg=*", 6, [](std::string_view text) {
    auto const bytes = decode_base64(text);
    if (text.find('*') != std::string_view::npos || text.size() % 4 != 0) ASSERT_FALSE(bytes) << text;
    if (!bytes) return;
    ASSERT_EQ(decode_base64(base64(*bytes)), bytes) << text;
    ASSERT_EQ(base64(*bytes).size(), text.size()) << text;
  });
}

TEST(Hex, HasTwoDigitsForEachByte) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    std::array<std::uint8_t, 2> const bytes{static_cast<std::uint8_t>(byte), 0x5A};
    std::array<char, 16> expected{};
    std::snprintf(expected.data(), expected.size(), "%02x5a", byte);
    EXPECT_EQ(hex(bytes), expected.data());
  }
  EXPECT_EQ(hex({}), "");
}

// RFC 3629 section 4: the ranges of the bytes of each form.
bool utf8_by_definition(std::string_view text) {
  struct Range {
    unsigned char low, high;
  };
  constexpr Range tail{0x80, 0xBF};
  static std::vector<std::vector<Range>> const forms{
      {{0x00, 0x7F}},
      {{0xC2, 0xDF}, tail},
      {{0xE0, 0xE0}, {0xA0, 0xBF}, tail},
      {{0xE1, 0xEC}, tail, tail},
      {{0xED, 0xED}, {0x80, 0x9F}, tail},
      {{0xEE, 0xEF}, tail, tail},
      {{0xF0, 0xF0}, {0x90, 0xBF}, tail, tail},
      {{0xF1, 0xF3}, tail, tail, tail},
      {{0xF4, 0xF4}, {0x80, 0x8F}, tail, tail},
  };
  while (!text.empty()) {
    std::size_t taken = 0;
    for (auto const& form : forms) {
      bool matches = text.size() >= form.size();
      for (std::size_t i = 0; matches && i < form.size(); ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        matches = byte >= form[i].low && byte <= form[i].high;
      }
      if (matches) taken = form.size();
    }
    if (taken == 0) return false;
    text.remove_prefix(taken);
  }
  return true;
}

TEST(Utf8, IsTheGrammarOfTheRfc) {  // RFC 3629 section 4
  auto const edges = "a\x7f\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xed\xef\xf0\xf4\xf5\xff"s;
  for_each_string(edges, 4, [](std::string_view text) {
    ASSERT_EQ(is_utf8(text), utf8_by_definition(text)) << testing::PrintToString(text);
  });
}

TEST(Ascii, IsSeenWhereverAnEighthBitStands) {
  for (std::size_t length = 0; length < 40; ++length) {
    std::string text(length, 'x');
    EXPECT_TRUE(is_ascii(text));
    for (std::size_t at = 0; at < length; ++at) {
      text[at] = '\x80';
      EXPECT_FALSE(is_ascii(text)) << length << " " << at;
      text[at] = 'x';
    }
  }
}

TEST(Ascii, TrimsWhatIsBlankAtBothEndsAndNothingElse) {
  for_each_string(" \t\r\nx", 6, [](std::string_view text) {
    auto const trimmed_text = trimmed(text);
    auto const first = text.find('x'), last = text.rfind('x');
    auto const expected =
        first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
    ASSERT_EQ(trimmed_text, expected) << testing::PrintToString(text);
  });
}

TEST(ByteSize, RoundTrips) {
  for (unsigned shift = 0; shift < 64; ++shift)
    for (std::uint64_t const bytes : {(1ULL << shift) - 1, 1ULL << shift, (1ULL << shift) + 1, 3ULL << shift})
      EXPECT_EQ(parse_byte_size(print_byte_size(bytes)), bytes) << bytes;
  EXPECT_EQ(parse_byte_size("18446744073709551615"), UINT64_MAX);
  EXPECT_FALSE(parse_byte_size("18446744073709551616"));
  EXPECT_EQ(parse_byte_size("17179869183GiB"), 17179869183ULL << 30);
  EXPECT_FALSE(parse_byte_size("17179869184GiB"));
}

TEST(Duration, RoundTripsInMilliseconds) {
  for (std::int64_t millis = 1; millis < 1'000'000'000'000; millis = millis * 7 / 3 + 1) {
    auto const span = std::chrono::milliseconds(millis);
    EXPECT_EQ(parse_duration(print_duration(span)), Duration(span)) << millis;
  }
}

}  // namespace
}  // namespace postern

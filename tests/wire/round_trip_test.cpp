// Formats that are written and read again, over all that is short.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <regex>
#include <string>
#include <vector>

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "support/exhaustive.hpp"
#include "wire/address_list.hpp"
#include "wire/binary.hpp"
#include "wire/cursor.hpp"
#include "wire/date_time.hpp"
#include "wire/dns_records.hpp"
#include "wire/enhanced_status.hpp"
#include "wire/gzip.hpp"
#include "wire/header_section.hpp"
#include "wire/mime.hpp"

namespace postern::wire {
namespace {

using namespace std::string_literals;
using tests::for_each_string;

std::string some_bytes() {
  std::string bytes;
  BinaryWriter out(bytes);
  out.put(std::uint8_t{0xFE});
  out.put_text("one\0two"s);
  out.put(std::uint16_t{0x1234});
  out.put(std::uint32_t{0x89ABCDEF});
  out.put(std::uint64_t{0x0123456789ABCDEF});
  out.put_text("");
  return bytes;
}

TEST(Binary, RoundTripsAndIsLittleEndian) {
  auto const bytes = some_bytes();
  EXPECT_EQ(bytes.substr(12, 2), "\x34\x12");
  BinaryReader in(bytes);
  EXPECT_EQ(in.get<std::uint8_t>(), 0xFE);
  EXPECT_EQ(in.get_text(), "one\0two"s);
  EXPECT_EQ(in.get<std::uint16_t>(), 0x1234);
  EXPECT_EQ(in.get<std::uint32_t>(), 0x89ABCDEFU);
  EXPECT_EQ(in.get<std::uint64_t>(), 0x0123456789ABCDEFU);
  EXPECT_EQ(in.get_text(), "");
  EXPECT_TRUE(in.ok() && in.at_end());
}

TEST(Binary, GivesNothingMoreOnceItCameUpShort) {
  auto const bytes = some_bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    BinaryReader in(std::string_view(bytes).substr(0, length));
    in.get<std::uint8_t>();
    in.get_text();
    in.get<std::uint16_t>();
    in.get<std::uint32_t>();
    in.get<std::uint64_t>();
    in.get_text();
    EXPECT_FALSE(in.ok()) << length;
    EXPECT_EQ(in.get<std::uint8_t>(), 0);
    EXPECT_EQ(in.get_text(), "");
  }
}

TEST(Cursor, NeverLeavesItsText) {
  for_each_string("ab", 4, [](std::string_view text) {
    for (std::size_t count = 0; count < 6; ++count) {
      Cursor at(text);
      at.skip(count);
      ASSERT_EQ(at.position(), std::min(count, text.size()));
      ASSERT_EQ(at.rest(), text.substr(at.position()));
      ASSERT_EQ(at.at_end(), at.rest().empty());
      auto const run = at.take_while([](char c) { return c == 'a'; });
      ASSERT_TRUE(at.at_end() || at.peek() != 'a');
      ASSERT_EQ(run.find('b'), std::string_view::npos);
      while (!at.at_end()) at.next();
      ASSERT_EQ(at.next(), '\0');
      ASSERT_FALSE(at.take('a'));
    }
  });
}

TEST(EnhancedStatus, IsWhatTheGrammarSays) {  // RFC 3463 section 2
  std::regex const grammar("^([245]\\.(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2}))(?:[ \\t].*)?$");
  for_each_string("2.03 x", 6, [&](std::string_view text) {
    std::string const whole(text);
    std::smatch match;
    bool const expected = std::regex_match(whole, match, grammar);
    std::size_t length = 0;
    auto const status = EnhancedStatus::parse(text, length);
    ASSERT_EQ(status.has_value(), expected) << whole;
    if (!status) return;
    ASSERT_EQ(status->print(), match[1].str());
    ASSERT_EQ(length, match[1].str().size());
  });
}

TEST(DateTime, RoundTrips) {  // RFC 5322 section 3.3
  for (std::int64_t second = 0; second < 4'102'444'800; second += 86'399 * 11) {
    auto const at = from_micros(second * 1'000'000);
    EXPECT_EQ(parse_date_time(print_date_time(at)), at) << print_date_time(at);
  }
}

std::string encoded_name(std::string_view name) {
  std::string out;
  if (name == ".") return "\0"s;
  while (!name.empty()) {
    auto const label = name.substr(0, name.find('.'));
    out += static_cast<char>(label.size());
    out += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return out + '\0';
}

TEST(DnsRecords, NamesRoundTrip) {  // RFC 1035 section 3.1
  std::size_t found = 0;
  for_each_string("\0\1\2aB"s, 6, [&](std::string_view data) {
    auto const name = parse_dns_name(data);
    if (!name) return;
    ++found;
    auto const again = encoded_name(*name);
    ASSERT_EQ(again, lowered(data.substr(0, again.size()))) << testing::PrintToString(data);
  });
  EXPECT_GT(found, 100U);
}

TEST(DnsRecords, StringsOfATextAreJoinedHoweverTheyAreCut) {  // RFC 7208 section 3.3
  std::string const text = "v=STSv1; id=1";
  for (std::size_t first = 0; first < text.size(); ++first) {
    std::string data;
    for (auto const& part : {text.substr(0, first), text.substr(first)}) {
      data += static_cast<char>(part.size());
      data += part;
    }
    EXPECT_EQ(parse_txt(data), text);
    EXPECT_FALSE(parse_txt(data.substr(0, data.size() - 1))) << first;
  }
  EXPECT_EQ(parse_txts({"\2ab"s, "\5ab"s, "\1c"s}), (std::vector<std::string>{"ab", "c"}));
}

TEST(Gzip, RoundTrips) {  // RFC 1952
  for_each_string("a\0\xff"s, 4, [](std::string_view bytes) {
    ASSERT_EQ(gunzip(gzip(bytes), bytes.size()), std::string(bytes));
  });
  std::string large;
  for (std::uint32_t i = 0, state = 1; i < 300'000; ++i) {
    state = state * 1'664'525 + 1'013'904'223;
    large += static_cast<char>(state >> 24);
  }
  EXPECT_EQ(gunzip(gzip(large), large.size()), large);
  EXPECT_FALSE(gunzip(gzip(large), large.size() - 1));
}

TEST(Gzip, NeverGivesOtherBytesThanWerePacked) {
  std::string const text = "Subject: x\r\n\r\nsome content, some content\r\n";
  auto const packed = gzip(text);
  for (std::size_t length = 0; length < packed.size(); ++length)
    EXPECT_FALSE(gunzip(packed.substr(0, length), 1000)) << length;
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    auto damaged = packed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    auto const read = gunzip(damaged, 1000);
    EXPECT_TRUE(!read || *read == text) << bit;
  }
}

std::string only_leaf(std::string const& message) {
  auto const parts = mime_leaves(message);
  return parts.size() == 1 ? parts[0].content : std::to_string(parts.size()) + " parts";
}

TEST(Mime, DecodesWhatWasEncoded) {  // RFC 2045 section 6.7, 6.8
  for_each_string("=a \r\n\xff", 4, [](std::string_view content) {
    ASSERT_EQ(only_leaf("Content-Transfer-Encoding: base64\n\n" + base64(content)), content);
    std::string printable_text;
    for (char const c : content) {
      std::array<char, 16> escape{};
      std::snprintf(escape.data(), escape.size(), "=%02X",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      printable_text += escape.data();
      printable_text += "=\n";  // a soft line break
    }
    ASSERT_EQ(only_leaf("Content-Transfer-Encoding: quoted-printable\n\n" + printable_text), content);
    ASSERT_EQ(only_leaf("X: y\n\n" + std::string(content)), content);
  });
}

TEST(Mime, IsBoundedInPartsAndDepth) {
  std::string many = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 1500; ++i) many += "--b\n\nx\n";
  EXPECT_EQ(mime_leaves(many + "--b--\n").size(), 1000U);
  std::string deep = "\nend\n";
  for (int i = 0; i < 30; ++i)
    deep = "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" + std::to_string(i) +
           "\n" + deep + "--b" + std::to_string(i) + "--\n";
  auto const parts = mime_leaves(deep);
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].type, "multipart/mixed") << "what lies too deep is not taken apart";
}

TEST(HeaderSection, EndsAtTheFirstEmptyLineHoweverTheBytesCome) {  // RFC 5322 section 2.1
  for_each_string("\r\nx ", 7, [](std::string_view text) {
    std::size_t end = text.size(), line = 0;
    bool ended = false;
    for (std::size_t i = 0; i < text.size() && !ended; ++i) {
      if (text[i] != '\n') continue;
      auto const content = text.substr(line, i - line);
      ended = content.empty() || content == "\r";
      line = i + 1;
      if (ended) end = line;
    }
    for (std::size_t const piece : {std::size_t{1}, std::size_t{3}, std::size_t{8}}) {
      HeaderSection section;
      for (std::size_t at = 0; at < text.size(); at += piece) section.feed(text.substr(at, piece));
      ASSERT_EQ(section.ended(), ended) << testing::PrintToString(text);
      ASSERT_EQ(section.bytes(), end) << testing::PrintToString(text);
      ASSERT_EQ(section.received(), 0U);
    }
  });
}

std::vector<std::string> addresses_in(std::string_view text) {
  std::vector<std::string> out;
  auto const addresses = parse_address_list(text, "host.example");
  if (!addresses) return {"error"};
  for (auto const& address : *addresses) out.push_back(address.print());
  return out;
}

TEST(AddressList, FindsAnAddressInEachOfItsForms) {  // RFC 5322 section 3.4
  std::vector<std::pair<std::string, std::string>> const forms{
      {"", ""},
      {"<", ">"},
      {"A Name <", ">"},
      {"\"Last, First\" <", "> (a, (nested) comment)"},
      {"", " (x;y)"}};
  for (auto const& first : forms)
    for (auto const& second : forms)
      for (auto const* between : {",", ", ", ",\r\n ", " , ,"}) {
        auto const text = first.first + "a@b.example" + first.second + between + second.first +
                          "\"c d\"@e.example" + second.second;
        EXPECT_EQ(addresses_in(text), (std::vector<std::string>{"a@b.example", "\"c d\"@e.example"})) << text;
        EXPECT_EQ(addresses_in("Group: " + text + ";"), addresses_in(text));
      }
}

TEST(AddressList, GivesAddressesThatAreReadAgainTheSame) {
  for_each_string("a@.<>(),:\"\\", 4, [](std::string_view text) {
    auto const found = addresses_in(text);
    if (found == std::vector<std::string>{"error"}) return;
    for (auto const& address : found)
      ASSERT_EQ(addresses_in(address), std::vector<std::string>{address}) << text;
  });
}

}  // namespace
}  // namespace postern::wire

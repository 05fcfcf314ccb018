#include "app/inputs/input_stream.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "app/inputs/read_ahead.hpp"
#include "support/workplace.hpp"
#include "wire/gzip.hpp"

namespace postern::app {
namespace {

std::string read_to_end(InputStream& stream) {
  std::string all;
  for (auto piece = stream.read(); !piece.empty(); piece = stream.read()) all += piece;
  return stream.problem().empty() ? all : all + "!" + stream.problem();
}

// What is read of a file with these bytes, and behind a "!" what was wrong with it.
std::string read_of(std::string const& bytes) {
  tests::Workplace const place;
  auto const path = place.path("input");
  std::ofstream(path, std::ios::binary) << bytes;
  auto stream = InputStream::open(path);
  if (!stream) return "!" + stream.error();
  return read_to_end(**stream);
}

TEST(InputStream, ReadsAllMembersOfAGzipFileAndPassesOverZerosBehindThem) {  // RFC 1952 section 2.2
  std::string const zeros(5000, '\0');
  auto const first = wire::gzip("one "), second = wire::gzip("two");
  EXPECT_EQ(read_of(first), "one ");
  EXPECT_EQ(read_of(first + second), "one two");
  EXPECT_EQ(read_of(first + zeros), "one ");
  EXPECT_EQ(read_of(first + second + zeros), "one two");
  EXPECT_EQ(read_of(first + second.substr(0, 10)), "one !the compressed data is cut off");
  EXPECT_EQ(read_of(first + "rubbish"), "one !damaged gzip data");
}

// Many pieces more than wait at a time.
std::string long_text() {
  std::string text;
  for (int line = 0; line < 600'000; ++line) text += "line " + std::to_string(line) + "\n";
  return text;
}

TEST(InputStream, IsTheSameReadAhead) {
  tests::Workplace const place;
  auto const text = long_text();
  for (auto const& bytes : {wire::gzip(text), wire::gzip(text) + "rubbish"}) {
    std::ofstream(place.path("input.gz"), std::ios::binary) << bytes;
    auto stream = InputStream::open(place.path("input.gz")).value();
    EXPECT_TRUE(stream->decompresses());
    ReadAhead ahead(std::move(stream));
    EXPECT_EQ(read_to_end(ahead), read_of(bytes));
    EXPECT_EQ(ahead.consumed(), bytes.size());
  }
}

TEST(InputStream, CanBeLeftInTheMiddleWhenReadAhead) {
  tests::Workplace const place;
  std::ofstream(place.path("input.gz"), std::ios::binary) << wire::gzip(long_text());
  ReadAhead ahead(InputStream::open(place.path("input.gz")).value());
  EXPECT_TRUE(ahead.read().starts_with("line 0\n"));
}

}  // namespace
}  // namespace postern::app

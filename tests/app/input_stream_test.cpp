#include "app/inputs/input_stream.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/workplace.hpp"
#include "wire/gzip.hpp"

namespace postern::app {
namespace {

// What is read of a file with these bytes, and behind a "!" what was wrong with it.
std::string read_of(std::string const& bytes) {
  tests::Workplace const place;
  auto const path = place.path("input");
  std::ofstream(path, std::ios::binary) << bytes;
  auto const stream = InputStream::open(path);
  if (!stream) return "!" + stream.error();
  std::string all;
  for (auto piece = (*stream)->read(); !piece.empty(); piece = (*stream)->read()) all += piece;
  return (*stream)->problem().empty() ? all : all + "!" + (*stream)->problem();
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

}  // namespace
}  // namespace postern::app

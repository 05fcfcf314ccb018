// A reader before another reader.
#include "whatif/readers/unwrapping_source.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(UnwrappingSource, WhatDoesNotFitTheLearntFormIsCounted) {
  std::string text;
  for (int i = 0; i < 5; ++i) text += "mail-1  | Nov 23 14:47:32 mx postfix/anvil[1]: statistics\n";
  auto const read =
      read_text(text + "Nov 23 14:47:32 mx postfix/anvil[1]: statistics\nnothing of the kind\n");
  EXPECT_EQ(read.stats.lines, 7U);
  EXPECT_EQ(read.stats.skipped, 1U);
  ASSERT_EQ(read.stats.notes.size(), 1U);
  EXPECT_NE(read.stats.notes[0].find("2 of 7 lines"), std::string::npos) << read.stats.notes[0];
}

TEST(UnwrappingSource, TheBytesAreThoseOfTheInput) {
  std::string const text = "mail-1  | Nov 23 14:47:32 mx postfix/anvil[1]: statistics\n";
  EXPECT_EQ(read_text(text).stats.bytes, text.size());
}

}  // namespace
}  // namespace postern::tests

#include "base/words.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace postern {
namespace {

enum class Colour : std::uint8_t { red, dark_blue };

Words<Colour> words_of(Colour) {
  static constexpr Word<Colour> words[] = {{Colour::red, "red"}, {Colour::dark_blue, "dark-blue"}};
  static_assert(is_complete(words));
  return words;
}

constexpr Word<Colour> one_missing[] = {{Colour::red, "red"}};
constexpr Word<Colour> wrong_order[] = {{Colour::dark_blue, "dark-blue"}, {Colour::red, "red"}};
constexpr Word<Colour> same_word[] = {{Colour::red, "red"}, {Colour::dark_blue, "red"}};
constexpr Word<Colour> empty_word[] = {{Colour::red, "red"}, {Colour::dark_blue, ""}};
constexpr Word<Colour> one_too_many[] = {
    {Colour::red, "red"}, {Colour::dark_blue, "dark-blue"}, {static_cast<Colour>(2), "green"}};

TEST(Words, ATableThatIsNotCompleteDoesNotCompile) {
  static_assert(value_count<Colour>() == 2);
  static_assert(!is_complete(one_missing));
  static_assert(!is_complete(wrong_order));
  static_assert(!is_complete(same_word));
  static_assert(!is_complete(empty_word));
  static_assert(!is_complete(one_too_many));
}

TEST(Words, PrintAndParseByOneTable) {
  EXPECT_EQ(print(Colour::red), "red");
  EXPECT_EQ(print(Colour::dark_blue), "dark-blue");
  EXPECT_EQ(parse_word<Colour>("red"), Colour::red);
  EXPECT_EQ(parse_word<Colour>("dark-blue"), Colour::dark_blue);
}

TEST(Words, WhatIsNoWordAndWhatIsNoValueAreTold) {
  EXPECT_FALSE(parse_word<Colour>("Red"));
  EXPECT_FALSE(parse_word<Colour>(""));
  EXPECT_EQ(print(static_cast<Colour>(7)), "");
}

}  // namespace
}  // namespace postern

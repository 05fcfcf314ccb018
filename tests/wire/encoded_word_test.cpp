#include "wire/encoded_word.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "support/exhaustive.hpp"
#include "support/line_ends.hpp"

namespace postern::wire {
namespace {

TEST(Phrase, IsAsciiWithoutControlCharactersWhateverTheTextIs) {
  tests::for_each_string("a\"\r\n\xC3\xBC\x7F", 5, [](std::string_view text) {
    auto const made = phrase(text);
    ASSERT_TRUE(is_ascii(made) && tests::only_crlf(made)) << testing::PrintToString(text);
    for (auto at = made.find('\n'); at != std::string::npos; at = made.find('\n', at + 1))
      ASSERT_EQ(made.substr(at, 3), "\n =") << testing::PrintToString(text);
  });
}

TEST(Phrase, KeepsEncodedWordsShortAndCutsNoCharacter) {
  for (std::size_t length = 2; length < 300; ++length) {
    std::string name;
    for (std::size_t i = 0; i < length; ++i) name += i % 3 == 0 ? "x" : "\xE2\x82\xAC";
    auto const field = phrase(name);
    std::string decoded;
    for (std::size_t at = field.find("=?"); at != std::string::npos; at = field.find("=?utf-8", at + 1)) {
      auto const end = field.find("?=", at + 10);
      auto const word = decode_base64(std::string_view(field).substr(at + 10, end - at - 10));
      ASSERT_TRUE(word && is_utf8(*word)) << field;
      ASSERT_LE(end + 2 - at, 75U);
      decoded += *word;
    }
    ASSERT_EQ(decoded, name.substr(0, decoded.size()));
    ASSERT_GE(decoded.size(), std::min(name.size(), std::size_t{398}));
  }
}

}  // namespace
}  // namespace postern::wire

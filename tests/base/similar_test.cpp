// The word or name that was most likely meant.
#include "base/similar.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace postern::tests {
namespace {

TEST(NearestName, CountsLettersPutInTakenOutChangedAndSwapped) {
  EXPECT_EQ(letters_between("", ""), 0U);
  EXPECT_EQ(letters_between("", "abc"), 3U);
  EXPECT_EQ(letters_between("example", "exmaple"), 1U);
  EXPECT_EQ(letters_between("example", "examples"), 1U);
  EXPECT_EQ(letters_between("example", "exampel"), 1U);
  EXPECT_EQ(letters_between("kitten", "sitting"), 3U);
  EXPECT_EQ(letters_between(std::string(300, 'a'), std::string(299, 'a')), 300U);
}

TEST(NearestName, IsTheNearestOfThoseThatAreNearAtAll) {
  NearestName nearest("exmaple.org");
  for (auto const* name : {"far.test", "example.com", "example.org", "examples.org"}) nearest.consider(name);
  EXPECT_EQ(nearest.name(), "example.org");
  NearestName none("short.test");
  none.consider("quite-another.example");
  EXPECT_EQ(none.name(), "");
}

TEST(NearestName, DoesNotDependOnTheOrder) {
  NearestName one("aXa.test"), other("aXa.test");
  for (auto const* name : {"aba.test", "aca.test"}) one.consider(name);
  for (auto const* name : {"aca.test", "aba.test"}) other.consider(name);
  EXPECT_EQ(one.name(), "aba.test");
  EXPECT_EQ(other.name(), "aba.test");
}

std::vector<std::string> const known_words{"serve", "queue", "check", "whatif", "list", "tls", "tls.group"};

TEST(Similar, TheWordThatWasMeantIsFound) {
  for (auto const& [written, meant] :
       std::vector<std::pair<std::string, std::string>>{{"serv", "serve"},    // one is missing
                                                        {"chekc", "check"},   // two are swapped
                                                        {"queeue", "queue"},  // one is too many
                                                        {"lisd", "list"},     // one is wrong
                                                        {"tlz", "tls"},
                                                        {"WHATIF", "whatif"},
                                                        {"wha", "whatif"}})
    EXPECT_EQ(similar_word(written, known_words), meant) << written;
  EXPECT_EQ(did_you_mean("serv", known_words), "; did you mean \"serve\"?");
}

TEST(Similar, WhatIsFarFromEverythingIsNothing) {
  for (std::string const written : {"", "a", "qu", "frob", "tls.frob", "sendmail"})
    EXPECT_EQ(similar_word(written, known_words), "") << written;
  EXPECT_EQ(similar_word(std::string(10'000, 'q'), known_words), "");
  EXPECT_EQ(did_you_mean("frob", known_words), "");
}

}  // namespace
}  // namespace postern::tests

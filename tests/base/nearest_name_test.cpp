// The name that was most likely meant.
#include "base/nearest_name.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace postern::tests

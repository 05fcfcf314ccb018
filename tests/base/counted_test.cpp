#include "base/counted.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/similar.hpp"

namespace postern {
namespace {

TEST(Counted, OneIsSingular) {
  EXPECT_EQ(counted(0, "line"), "0 lines");
  EXPECT_EQ(counted(1, "line"), "1 line");
  EXPECT_EQ(counted(2, "line"), "2 lines");
  EXPECT_EQ(counted(1, "reply", "replies"), "1 reply");
  EXPECT_EQ(counted(3, "reply", "replies"), "3 replies");
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
}  // namespace postern

#include "wire/dsn_parameters.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/exhaustive.hpp"
#include "wire/esmtp_parameters.hpp"

namespace postern::wire {
namespace {

TEST(SloppyXtext, IsReadAsItWasMeant) {
  EXPECT_EQ(decode_sloppy_xtext("alice+2Btag@example.org"), "alice+tag@example.org");
  EXPECT_EQ(decode_sloppy_xtext("alice+2btag@example.org"), "alice+tag@example.org") << "lower case";
  EXPECT_EQ(decode_sloppy_xtext("+20[/PRMD+3dFirst/]"), " [/PRMD=First/]");
  EXPECT_EQ(decode_sloppy_xtext("alice+tag@example.org"), "alice+tag@example.org") << "not encoded at all";
  EXPECT_EQ(decode_sloppy_xtext("bob+0day"), "bob+0day") << "no control character is made";
  EXPECT_EQ(decode_sloppy_xtext("a+0D+0Ab"), "a+0D+0Ab");
  EXPECT_EQ(decode_sloppy_xtext("a=b+"), "a=b+");
  EXPECT_EQ(decode_sloppy_xtext("+2"), "+2");
}

// Whatever comes, what is kept is xtext, says nothing but printable ASCII, and stays as it is when read
// again.
TEST(Envid, IsKeptInOneForm) {
  tests::for_each_string("+2bB=aD0 \x7f", 5, [](std::string_view text) {
    auto const kept = read_envid(text);
    if (!kept) return;
    auto const decoded = decode_xtext(*kept);
    ASSERT_TRUE(decoded) << testing::PrintToString(text);
    for (char const c : *decoded) ASSERT_TRUE(c >= ' ' && c <= '~') << testing::PrintToString(text);
    ASSERT_EQ(read_envid(*kept), kept) << testing::PrintToString(text);
    auto const strict = decode_xtext(text);
    auto const printable = [](char c) { return c >= ' ' && c <= '~'; };
    if (strict && std::all_of(strict->begin(), strict->end(), printable))
      ASSERT_EQ(*decoded, *strict) << text;
  });
}

TEST(Envid, IsLeftOutWhenItIsTooLongOrNotPrintable) {
  EXPECT_TRUE(read_envid(std::string(100, 'x')));
  EXPECT_FALSE(read_envid(std::string(101, 'x')));
  EXPECT_FALSE(read_envid(std::string(99, 'x') + "=")) << "what it becomes counts";
  EXPECT_FALSE(read_envid(""));
  EXPECT_FALSE(read_envid("\xc3\xbc"));
}

struct OrcptCase {
  char const* text;
  char const* kept;  // nullptr: left out
};

TEST(Orcpt, IsReadAsOthersWriteIt) {  // RFC 3461 section 4.2, RFC 6533 section 3
  for (auto const& c :
       std::vector<OrcptCase>{{"rfc822;alice@example.org", "rfc822;alice@example.org"},
                              {"RFC822;alice+2btag@example.org", "RFC822;alice+2Btag@example.org"},
                              {"rfc822;alice+tag@example.org", "rfc822;alice+2Btag@example.org"},
                              {"x400;/C+3dde/", "x400;/C+3Dde/"},
                              {"utf-8;alice@example.org", "utf-8;alice@example.org"},
                              {"utf-8;b\xc3\xbc"
                               "cher@example.org",
                               "utf-8;b\\x{FC}cher@example.org"},
                              {"UTF-8;b\\x{FC}cher@example.org", "UTF-8;b\\x{FC}cher@example.org"},
                              {"utf-8;b\\x{fc}\xf0\x9f\x93\xac@x", "utf-8;b\\x{FC}\\x{1F4EC}@x"},
                              {"utf-8;a+b=c@x", "utf-8;a\\x{2B}b\\x{3D}c@x"},
                              {"utf-8;a\\x{5C}@x", "utf-8;a\\x{5C}@x"},
                              {"utf-8;\\x{D}\\x{A}", nullptr},
                              {"utf-8;\\x{D800}@x", nullptr},
                              {"utf-8;\\x{110000}@x", nullptr},
                              {"utf-8;\\x{}@x", nullptr},
                              {"utf-8;\\x{41@x", nullptr},
                              {"utf-8;\xc2\x85@x", nullptr},
                              {"utf-8;\xff@x", nullptr},
                              {"utf-8;", nullptr},
                              {"rfc822;", nullptr},
                              {"rfc822;b\xc3\xbc@x", nullptr},
                              {"rfc 822;x", nullptr},
                              {";x", nullptr},
                              {"x", nullptr}}) {
    auto const kept = read_orcpt(c.text);
    ASSERT_EQ(kept.has_value(), c.kept != nullptr) << c.text;
    if (!kept) continue;
    EXPECT_EQ(*kept, c.kept);
    EXPECT_EQ(read_orcpt(*kept), kept) << "it stays as it is";
  }
  EXPECT_TRUE(read_orcpt("rfc822;" + std::string(493, 'x')));
  EXPECT_FALSE(read_orcpt("rfc822;" + std::string(494, 'x')));
}

}  // namespace
}  // namespace postern::wire

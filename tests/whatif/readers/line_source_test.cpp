// Lines cut out of bytes.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(LineSource, LinesTooLongAndBinaryJunkAreCountedAndPassedOver) {
  std::string text = "Nov 23 14:47:32 mx postfix/smtpd[1]: connect from h[192.0.2.9]\n" +
                     std::string(100'000, 'x') + "\n" + std::string("\0\1\2\xFF\xFE\n", 6) +
                     "Nov 23 14:47:32 mx postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]\nNov 23 14:47:32 mx "
                     "postfix/qmgr[2]: AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)\nNov 23 "
                     "14:47:32 mx postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 commands=4";
  for (std::size_t const piece : {text.size(), std::size_t{1}, std::size_t{4096}}) {
    auto const read = read_text(text, Format::system_log, {}, piece);
    EXPECT_EQ(read.messages().size(), 1U);
    EXPECT_EQ(read.stats.skipped, 2U);
    EXPECT_EQ(read.stats.examples.size(), 2U);
    EXPECT_EQ(read.stats.lines, 6U);
  }
}

}  // namespace
}  // namespace postern::tests

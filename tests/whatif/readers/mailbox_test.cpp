// Stored messages, many in one file.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(Mbox, MessagesAreParted) {
  std::string text;
  for (int i = 0; i < 3; ++i)
    text += "From a@x.example Tue Nov 24 00:00:0" + std::to_string(i) + " 2026\n" +
            std::string("Received: from h (h.example [198.51.100.7]) by mx (Postfix) with ESMTPS id Q") +
            std::to_string(i) +
            "; Tue, 24 Nov 2026 00:00:01 +0000\n\nFrom here on it is text.\n>From quoted\n\nReceived: not a "
            "field\n\n";
  text +=
      "From a@x.example Tue Nov 24 00:00:09 2026\nReceived: from h (h.example [198.51.100.7]) by mx "
      "(Postfix) with ESMTPS id Q1; Tue, 24 Nov 2026 00:00:01 +0000\n\na copy in another folder\n";
  for (std::size_t const piece : {text.size(), std::size_t{1}, std::size_t{11}}) {
    auto const read = read_text(text, {}, {}, piece);
    EXPECT_EQ(read.stats.lines, 4U);
    auto const answer = replay_all(read.all);
    EXPECT_EQ(answer.messages, 3U);
    EXPECT_EQ(answer.over_tls, 3U);
    EXPECT_EQ(answer.left_out.copies, 1U);
    EXPECT_EQ(read.stats.notes.size(), 1U);
  }
}

}  // namespace
}  // namespace postern::tests

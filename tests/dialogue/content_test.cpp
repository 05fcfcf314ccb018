// Content from a client's bytes to the wire of another server: whatever came in, by DATA or by BDAT, no CR
// and no LF stands alone there.
#include "dialogue/content.hpp"

#include <gtest/gtest.h>

#include "support/exhaustive.hpp"
#include "support/line_ends.hpp"
#include "wire/content_door.hpp"

namespace postern::dialogue {
namespace {

SmtpSettings const content_settings;

std::string by_data(std::string_view text, std::size_t piece) {
  std::string const sent = std::string(text) + "\r\n.\r\n";
  Content content(content_settings);
  std::string kept;
  for (std::size_t at = 0; content.wants_more();)
    at += content.feed(std::string_view(sent).substr(at, piece), kept);
  return kept;
}

std::string by_chunks(std::string_view text, std::size_t size, bool binary) {
  Content content(content_settings);
  std::string kept;
  do {
    auto const chunk = text.substr(0, size);
    text.remove_prefix(chunk.size());
    content.begin_chunk(chunk.size(), text.empty(), binary);
    content.feed(chunk, kept);
    EXPECT_FALSE(content.wants_more());
  } while (!text.empty());
  return kept;
}

std::string sent_on(std::string_view content, wire::LeavesBy by, wire::Body body) {
  return wire::ContentDoor(by, body).pass(content, true);
}

TEST(Content, NeverReachesAnotherServerWithABareNewline) {
  tests::for_each_string("\r\n.:", 6, [](std::string_view text) {
    for (std::size_t const size : {std::size_t{1}, std::size_t{2}, text.size() + 5}) {
      for (auto const& kept : {by_data(text, size), by_chunks(text, size, false)}) {
        ASSERT_TRUE(tests::only_crlf(kept)) << testing::PrintToString(text);
        auto const data = sent_on(kept, wire::LeavesBy::data, wire::Body::seven_bit);
        ASSERT_TRUE(tests::only_crlf(data) && tests::ends_once(data)) << testing::PrintToString(text);
        ASSERT_EQ(sent_on(kept, wire::LeavesBy::chunks, wire::Body::seven_bit), kept);
      }
      auto const binary = by_chunks(text, size, true);
      ASSERT_EQ(sent_on(binary, wire::LeavesBy::chunks, wire::Body::binary_mime), binary);
    }
  });
}

TEST(Content, CountsWhatItTakesOutAgainstItsLimits) {
  SmtpSettings small;
  small.max_header_size = 100;
  Content content(small);
  content.begin_chunk(1000, true, false);
  std::string kept;
  content.feed("X-Postern-Flag: " + std::string(200, 'x'), kept);
  EXPECT_EQ(content.problem(), ContentProblem::header_too_large);
  EXPECT_EQ(kept, "");
}

}  // namespace
}  // namespace postern::dialogue

#include <gtest/gtest.h>

#include "support/exhaustive.hpp"
#include "wire/bare_newlines.hpp"
#include "wire/content_end.hpp"
#include "wire/header_section.hpp"

namespace postern::wire {
namespace {

using tests::for_each_string;

// The definition, RFC 5321 section 4.1.1.4: the first CRLF.CRLF, the CRLF of the DATA command itself counting
// as the first.
std::size_t end_by_definition(std::string_view text) {
  std::string const whole = "\r\n" + std::string(text);
  auto const at = whole.find("\r\n.\r\n");
  return at == std::string::npos ? std::string::npos : at + 3;
}

// RFC 5321 section 4.5.2: what is left when the dot that was put before a line's own is taken away.
std::string unstuffed_by_definition(std::string_view text) {
  std::string whole = "\r\n" + std::string(text);
  for (auto at = whole.find("\r\n."); at != std::string::npos; at = whole.find("\r\n.", at + 2))
    whole.erase(at + 2, 1);
  return whole.substr(2);
}

std::string feed_all(ContentEnd& end, std::string_view text, std::size_t piece, std::size_t& taken) {
  std::string kept;
  taken = 0;
  while (taken < text.size() && !end.ended())
    taken += end.feed(text.substr(taken, piece), [&](std::string_view bytes) { kept += bytes; });
  return kept;
}

TEST(ContentEnd, IsCrLfDotCrLfAndNothingElse) {
  for_each_string("\r\n.x", 8, [](std::string_view text) {
    ContentEnd end;
    std::size_t taken = 0;
    feed_all(end, text, text.size(), taken);
    auto const expected = end_by_definition(text);
    ASSERT_EQ(end.ended(), expected != std::string::npos) << testing::PrintToString(text);
    if (end.ended()) ASSERT_EQ(taken, expected) << testing::PrintToString(text);
  });
}

TEST(ContentEnd, GivesTheSameHoweverTheBytesCome) {
  for_each_string("\r\n.x", 7, [](std::string_view text) {
    ContentEnd whole, single;
    std::size_t taken = 0, taken_single = 0;
    auto const kept = feed_all(whole, text, text.size(), taken);
    auto const kept_single = feed_all(single, text, 1, taken_single);
    ASSERT_EQ(kept, kept_single) << testing::PrintToString(text);
    ASSERT_EQ(taken, taken_single);
  });
}

TEST(ContentEnd, TakesTheStuffedDotsAwayAndNothingElse) {
  for_each_string("\r\n.x", 7, [](std::string_view text) {
    std::string const message = std::string(text) + "\r\n.\r\n";
    auto const end_at = end_by_definition(message);
    ContentEnd end;
    std::size_t taken = 0;
    auto const kept = feed_all(end, message, 3, taken);
    ASSERT_TRUE(end.ended());
    std::string_view const content = std::string_view(message).substr(0, end_at - 3);
    ASSERT_EQ(kept, unstuffed_by_definition(content)) << testing::PrintToString(message);
  });
}

TEST(DotStuffer, IsUndoneByContentEnd) {
  for_each_string(".x", 6, [](std::string_view text) {
    std::string content;
    for (char c : text) content += c == 'x' ? std::string("x") : std::string(".\r\n");
    std::string sent;
    DotStuffer stuffer;
    for (char c : content) stuffer.feed({&c, 1}, sent);
    stuffer.finish(sent);
    ContentEnd end;
    std::size_t taken = 0;
    auto kept = feed_all(end, sent, sent.size(), taken);
    ASSERT_TRUE(end.ended());
    ASSERT_EQ(taken, sent.size());
    if (!content.empty() && content.back() != '\n') content += "\r\n";
    ASSERT_EQ(kept, content);
  });
}

TEST(NewlineNormalizer, LeavesOnlyCrLf) {
  for_each_string("\r\nx", 9, [](std::string_view text) {
    std::string expected;
    std::uint64_t bare = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      bool const cr = text[i] == '\r', lf = text[i] == '\n';
      bool const pair = cr && i + 1 < text.size() && text[i + 1] == '\n';
      expected += cr || lf ? "\r\n" : std::string(1, text[i]);
      if (pair)
        ++i;
      else if (cr || lf)
        ++bare;
    }
    for (std::size_t piece : {std::size_t{1}, std::size_t{2}, text.size() + 1}) {
      NewlineNormalizer normalizer;
      std::string out;
      for (std::size_t at = 0; at < text.size(); at += piece) normalizer.feed(text.substr(at, piece), out);
      normalizer.finish(out);
      ASSERT_EQ(out, expected) << testing::PrintToString(text);
      ASSERT_EQ(normalizer.bare(), bare) << testing::PrintToString(text);
    }
  });
}

TEST(HeaderSection, CountsReceivedFieldsAndSeesItsEnd) {
  std::string const header =
      "Received: a\r\n\tfolded\r\nRECEIVED: b\r\nX-Received: c\r\nreceived : d\r\nSubject: received:\r\n";
  std::string const message = header + "\r\nReceived: in the body\r\n\xFF";
  for (std::size_t piece : {std::size_t{1}, std::size_t{5}, message.size()}) {
    HeaderSection section;
    for (std::size_t at = 0; at < message.size(); at += piece)
      section.feed(std::string_view(message).substr(at, piece));
    EXPECT_EQ(section.received(), 2U);
    EXPECT_TRUE(section.ended());
    EXPECT_EQ(section.bytes(), header.size() + 2);
    EXPECT_FALSE(section.has_8bit());
  }
}

TEST(HeaderSection, HearsThatTlsIsNotRequired) {  // RFC 8689 section 3
  auto const says = [](std::string const& field) {
    HeaderSection section;
    for (char c : "Subject: x\r\n" + field + "\r\n\r\n") section.feed(std::string_view(&c, 1));
    return section.tls_optional();
  };
  for (auto const* field : {"TLS-Required: No", "tls-required:no", "TLS-Required:   NO  "})
    EXPECT_TRUE(says(field));
  for (auto const* field : {"TLS-Required: Yes", "TLS-Required: Nope", "X: TLS-Required: No",
                            " TLS-Required: No", "TLS-Required: No, and more than fits"})
    EXPECT_FALSE(says(field)) << field;
}

}  // namespace
}  // namespace postern::wire

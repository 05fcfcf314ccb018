// The canonical forms against the text of RFC 6376 section 3.4, written as simply as it stands there.
#include "auth/canonical.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "auth/message_digests.hpp"
#include "support/exhaustive.hpp"

namespace postern::tests {
namespace {

using namespace auth;

std::string canonical_body(std::string_view body, Canonical form,
                           std::size_t piece = std::string_view::npos) {
  CanonicalBody canonical(form);
  std::string out;
  auto const sink = [&](std::string_view text) { out += text; };
  while (!body.empty()) {
    auto const bytes = body.substr(0, piece);
    body.remove_prefix(bytes.size());
    canonical.feed(bytes, sink);
  }
  canonical.finish(sink);
  return out;
}

// Sections 3.4.3 and 3.4.4, step by step over the whole body.
std::string body_by_the_rfc(std::string_view body, Canonical form) {
  std::vector<std::string> lines;
  for (;;) {
    auto const end = body.find("\r\n");
    lines.emplace_back(body.substr(0, end));
    if (end == std::string_view::npos) break;
    body.remove_prefix(end + 2);
  }
  if (form == Canonical::relaxed)
    for (auto& line : lines) {
      std::string reduced;
      for (char const c : line) {
        bool const is_space = c == ' ' || c == '\t';
        if (!is_space)
          reduced += c;
        else if (reduced.empty() || reduced.back() != ' ')
          reduced += ' ';
      }
      while (!reduced.empty() && reduced.back() == ' ') reduced.pop_back();
      line = reduced;
    }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  std::string out;
  for (auto const& line : lines) out += line + "\r\n";
  if (out.empty() && form == Canonical::simple) out = "\r\n";
  return out;
}

TEST(CanonicalBody, is_what_the_rfc_says_for_each_short_body_however_it_is_cut) {
  for (auto const form : {Canonical::simple, Canonical::relaxed})
    for_each_string("\r\n a", 6, [&](std::string_view body) {
      auto const expected = body_by_the_rfc(body, form);
      for (std::size_t const piece : {1, 2, 3, 100})
        ASSERT_EQ(canonical_body(body, form, piece), expected) << body;
    });
}

// The examples of section 3.4.5.
TEST(CanonicalBody, gives_the_examples_of_the_rfc) {
  std::string const body = " C \r\nD \t E\r\n\r\n\r\n";
  EXPECT_EQ(canonical_body(body, Canonical::relaxed), " C\r\nD E\r\n");
  EXPECT_EQ(canonical_body(body, Canonical::simple), " C \r\nD \t E\r\n");
  EXPECT_EQ(canonical_field("A: X\r\n", Canonical::relaxed), "a:X\r\n");
  EXPECT_EQ(canonical_field("B : Y\t\r\n\tZ  \r\n", Canonical::relaxed), "b:Y Z\r\n");
  EXPECT_EQ(canonical_field("B : Y\t\r\n\tZ  \r\n", Canonical::simple), "B : Y\t\r\n\tZ  \r\n");
}

TEST(CanonicalField, keeps_a_carriage_return_that_ends_no_line) {
  EXPECT_NE(canonical_field("Subject: a\rb\r\n", Canonical::relaxed),
            canonical_field("Subject: ab\r\n", Canonical::relaxed));
  EXPECT_NE(canonical_field("Subject: a\nb\r\n", Canonical::relaxed),
            canonical_field("Subject: ab\r\n", Canonical::relaxed));
}

TEST(CanonicalBody, gives_out_millions_of_empty_lines_in_small_pieces) {
  CanonicalBody canonical(Canonical::simple);
  std::size_t most = 0, all = 0;
  auto const sink = [&](std::string_view text) {
    most = std::max(most, text.size());
    all += text.size();
  };
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "\r\n";
  for (int i = 0; i < 1000; ++i) canonical.feed(lines, sink);
  EXPECT_EQ(all, 0U);
  canonical.feed("x", sink);
  canonical.finish(sink);
  EXPECT_EQ(all, 2'000'003U);
  EXPECT_LE(most, 64U * 1024U);
}

std::vector<std::string> digests_of(std::string_view message, std::size_t piece) {
  MessageDigests digests;
  std::vector<std::size_t> wanted;
  std::optional<std::uint64_t> const lengths[] = {std::nullopt, 0, 3, 1000};
  auto const want = [&] {
    for (auto const form : {Canonical::simple, Canonical::relaxed})
      for (auto const length : lengths) wanted.push_back(*digests.want_body_hash(form, length));
  };
  while (!message.empty()) {
    auto bytes = message.substr(0, piece);
    message.remove_prefix(bytes.size());
    bytes.remove_prefix(digests.feed_header(bytes));
    if (digests.header_ended() && wanted.empty()) want();
    digests.feed_body(bytes);
  }
  if (wanted.empty()) want();
  digests.finish();
  std::vector<std::string> out;
  for (auto const& field : digests.fields()) out.push_back(field.text);
  for (auto const which : wanted) out.push_back(digests.body_hash(which));
  return out;
}

TEST(MessageDigests, do_not_depend_on_how_the_message_is_cut) {
  std::string const messages[] = {"",
                                  "\r\n",
                                  "\r\n\r\n",
                                  "a: b\r\n",
                                  "a: b\r\n\r\n",
                                  "a: b\r\n\tc\r\n\r\nx \r\n\r\n\t y\r\r\n\n",
                                  "a: b\r\nno field\r\n folded\r\nc: d\r\n\r\n\xC3\xA9\x80\r\n\r\n\r\n",
                                  "\r\n\r\nbody\r",
                                  "a: b\r"};
  for (auto const& message : messages) {
    auto const whole = digests_of(message, std::string_view::npos);
    for (std::size_t piece = 1; piece <= message.size(); ++piece)
      EXPECT_EQ(digests_of(message, piece), whole) << message;
  }
}

TEST(MessageDigests, do_not_keep_a_header_that_is_too_long_and_find_its_end_all_the_same) {
  std::string const line = "X-Long: " + std::string(90, 'x') + "\r\n";
  std::string header;
  while (header.size() <= MessageDigests::most_header) header += line;
  for (std::size_t const piece : {std::size_t{1000}, std::size_t{4096}, header.size(), std::string::npos}) {
    MessageDigests digests;
    std::string const message = header + "\r\nbody";
    std::size_t taken = 0;
    for (std::size_t at = 0; at < message.size() && !digests.header_ended();
         at += std::min(piece, message.size()))
      taken += digests.feed_header(std::string_view(message).substr(at, piece));
    EXPECT_TRUE(digests.header_ended());
    EXPECT_FALSE(digests.header_kept());
    EXPECT_EQ(taken, header.size() + 2);
  }
}

TEST(MessageDigests, take_a_line_end_behind_a_long_header_for_no_empty_line) {
  MessageDigests digests;
  std::string header = "X: " + std::string(MessageDigests::most_header, 'x') + "\r\nY";
  EXPECT_EQ(digests.feed_header(header), header.size());
  EXPECT_EQ(digests.feed_header(": z"), 3U);
  EXPECT_FALSE(digests.header_ended());
  EXPECT_EQ(digests.feed_header("\r\n\r\nbody"), 4U);
  EXPECT_TRUE(digests.header_ended());
}

TEST(MessageDigests, do_not_keep_more_fields_than_a_verification_can_look_through) {
  MessageDigests digests;
  std::string header;
  for (std::size_t i = 0; i <= MessageDigests::most_fields; ++i) header += "a:\r\n";
  digests.feed_header(header + "\r\n");
  EXPECT_TRUE(digests.header_ended());
  EXPECT_FALSE(digests.header_kept());
  EXPECT_TRUE(digests.fields().empty());
}

}  // namespace
}  // namespace postern::tests

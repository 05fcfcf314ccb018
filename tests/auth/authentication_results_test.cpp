// Authentication-Results as RFC 8601 has it, as others write it, and as forgers do.
#include "auth/authentication_results.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::tests {
namespace {

using namespace auth;

TEST(AuthenticationResults, are_read_with_comments_quotes_and_folds) {
  auto const found = parse_authentication_results(
      " (we) MX.example.org (that is\r\n\t(nested \\) )us) 1 ; (first) SPF (sender) = (yes) PASS "
      "reason=\"all \\\"good\\\"\" (x)\r\n"
      " smtp . mailfrom = a@x.example smtp.helo=mail.x.example; dkim/1=pass (2048-bit key) "
      "header.i=@x.example header.b=\"ab/cd=\";"
      " auth=pass smtp.auth=\"a;b\"@x.example;");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->server, "mx.example.org");
  ASSERT_EQ(found->results.size(), 3U);
  auto const& spf = found->results[0];
  EXPECT_EQ(spf.method, "spf");
  EXPECT_EQ(spf.result, "pass");
  EXPECT_EQ(spf.reason, "all \"good\"");
  EXPECT_EQ(spf.property("smtp", "mailfrom"), "a@x.example");
  EXPECT_EQ(spf.property("smtp", "helo"), "mail.x.example");
  EXPECT_EQ(spf.property("smtp", "nothing"), "");
  EXPECT_EQ(found->results[1].method, "dkim");
  EXPECT_EQ(found->results[1].property("header", "i"), "@x.example");
  EXPECT_EQ(found->results[1].property("header", "b"), "ab/cd=");
  EXPECT_EQ(found->results[2].property("smtp", "auth"), "a;b@x.example");
}

TEST(AuthenticationResults, of_nothing_are_none) {
  for (auto const* text : {"mx.example.org; none", "mx.example.org 1; none", "mx.example.org;",
                           "mx.example.org; NONE (really)"}) {
    auto const found = parse_authentication_results(text);
    ASSERT_TRUE(found) << text;
    EXPECT_TRUE(found->results.empty()) << text;
  }
  EXPECT_EQ(print(AuthenticationResults{.server = "mx.example.org", .results = {}}), "mx.example.org; none");
}

TEST(AuthenticationResults, that_others_write_a_little_wrong_are_read) {
  auto const found = parse_authentication_results(
      "mx.example.org; spf=none smtp.mailfrom=; iprev=pass policy.iprev=2001:db8::1; dmarc=fail "
      "header.from=<a@b.example>");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->results.size(), 3U);
  EXPECT_EQ(found->results[0].property("smtp", "mailfrom"), "");
  EXPECT_EQ(found->results[1].property("policy", "iprev"), "2001:db8::1");
  EXPECT_EQ(found->results[2].property("header", "from"), "<a@b.example>");
}

TEST(AuthenticationResults, that_are_none_are_not_read) {
  for (auto const* text :
       {"", " ", "mx.example.org", "; spf=pass", "mx.example.org; spf",
        "mx.example.org; spf=", "mx.example.org; spf=pass smtp", "mx.example.org; spf=pass smtp.mailfrom",
        "mx.example.org; =pass", "mx.example.org; spf=pass \"", "(mx.example.org; spf=pass",
        "mx.example.org; dkim/x=pass", "mx.example.org; spf=pass; none"})
    EXPECT_FALSE(parse_authentication_results(text)) << text;
}

TEST(AuthenticationResults, are_bounded) {
  std::string text = "mx.example.org";
  for (int i = 0; i < 1000; ++i) text += "; spf=pass";
  EXPECT_EQ(parse_authentication_results(text)->results.size(), 100U);
  text = "mx.example.org; spf=pass";
  for (int i = 0; i < 1000; ++i) text += " smtp.mailfrom=a";
  EXPECT_EQ(parse_authentication_results(text)->results.at(0).properties.size(), 100U);
  EXPECT_FALSE(parse_authentication_results(std::string(1'000'000, '(')));
}

TEST(AuthenticationResults, are_printed_so_that_they_are_read_as_what_they_were) {
  AuthenticationResults ours{.server = "mx.our.example", .results = {}};
  ours.results.push_back({.method = "spf",
                          .result = "fail",
                          .reason = "he said \"no\"",
                          .properties = {{"smtp", "mailfrom", "a@x.example"}, {"smtp", "helo", ""}}});
  ours.results.push_back({.method = "dkim",
                          .result = "pass",
                          .properties = {{"header", "b", "a/b+c="}, {"header", "i", "a b;(c)@x.example"}}});
  ours.results.push_back(
      {.method = "iprev", .result = "pass", .properties = {{"policy", "iprev", "2001:db8::1"}}});
  auto const text = print(ours);
  EXPECT_NE(text.find("header.b=\"a/b+c=\""), std::string::npos) << text;
  auto const again = parse_authentication_results(text);
  ASSERT_TRUE(again) << text;
  EXPECT_EQ(print(*again), text);
  EXPECT_EQ(again->results[1].property("header", "i"), "a b;(c)@x.example");
}

TEST(AuthenticationResults, let_no_strangers_words_out_of_their_places) {
  AuthenticationResults ours{.server = "mx.our.example", .results = {}};
  ours.results.push_back({.method = "spf",
                          .result = "fail",
                          .reason = "x\r\nBcc: y",
                          .properties = {{"smtp", "mailfrom", "a\r\nSubject: b; dkim=pass"},
                                         {"smtp", "helo", std::string(5000, 'h')}}});
  auto const text = print(ours);
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    EXPECT_EQ(text[at - 1], '\r');
    EXPECT_EQ(text[at + 1], '\t') << text.substr(at);
  }
  EXPECT_EQ(parse_authentication_results(text)->results.size(), 1U);
  std::size_t begin = 0, longest = 0;
  for (auto end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin))
    longest = std::max(longest, end - begin);
  EXPECT_LE(std::max(longest, text.size() - begin), 998U);
}

// A field that any reader might take for ours is to be found, however it is written (RFC 8601 section 5).
TEST(AuthenticationServer, is_seen_through_every_disguise) {
  for (auto const* text :
       {"mx.our.example; spf=pass", " MX.Our.Example;spf=pass", "\r\n\tmx.our.example\r\n ; spf=pass",
        "(c) mx.our.example (d); spf=pass", "((a)b(\\)))mx.our.example;", "\"mx.our.example\"; spf=pass",
        "\"mx.our\\.example\"; none", "mx.our.example 1; spf=pass", "mx.our.example/1; spf=pass",
        "mx.our.example 2 ; none", "mx.our.example.; spf=pass", "mx.our.example", "mx.our.example spf=pass",
        "\"mx.our.example; spf=pass", "mx.our.example(c); spf=pass"})
    EXPECT_EQ(authentication_server(text), "mx.our.example") << text;
  for (auto const* text :
       {"other.example; spf=pass", "notmx.our.example; spf=pass", "mx.our.example.evil.example; spf=pass",
        "x; (mx.our.example)", "", ";", "(mx.our.example;"})
    EXPECT_NE(authentication_server(text), "mx.our.example") << text;
}

}  // namespace
}  // namespace postern::tests

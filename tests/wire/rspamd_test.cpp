#include "wire/rspamd.hpp"

#include <gtest/gtest.h>

#include "wire/header_fields.hpp"

namespace postern::wire {
namespace {

TEST(Rspamd, IsToldWhatIsKnownAndNoLineMore) {
  auto const text = print_rspamd_request({.host = "127.0.0.1:11333",
                                          .length = 12,
                                          .client = "192.0.2.1",
                                          .client_name = {},
                                          .helo = "x\r\nUser: root",
                                          .sender = {},
                                          .recipients = {"a@b.example", "c@b.example"},
                                          .queue_id = "1A",
                                          .login = {},
                                          .tls_version = "TLSv1.3",
                                          .tls_cipher = {},
                                          .mta_name = "mx.example.org"});
  EXPECT_TRUE(text.starts_with("POST /checkv2 HTTP/1.1\r\n"));
  EXPECT_NE(text.find("\r\nContent-Length: 12\r\n"), std::string::npos);
  EXPECT_NE(text.find("\r\nHelo: xUser: root\r\n"), std::string::npos);
  EXPECT_NE(text.find("\r\nFrom: <>\r\n"), std::string::npos);
  EXPECT_NE(text.find("\r\nRcpt: <a@b.example>\r\nRcpt: <c@b.example>\r\n"), std::string::npos);
  EXPECT_NE(text.find("\r\nTLS-Version: TLSv1.3\r\n"), std::string::npos);
  EXPECT_EQ(text.find("\r\nUser:"), std::string::npos);
  EXPECT_EQ(text.find("\r\n\r\n"), text.size() - 4);
}

TEST(Rspamd, SaysWhatToDoAndWhatToChange) {
  auto const verdict = parse_rspamd_verdict(
      R"({"action":"rewrite subject","score":7.5,"required_score":15,"symbols":{"A":{"score":1},"B":{}},
          "messages":{"smtp_message":"line\nbreak"},"subject":"[spam] x",
          "milter":{"add_headers":{"X-A":{"value":"b","order":1},"X-B":["c",{"value":"d"}]},
                    "remove_headers":{"X-C":0,"X-D":-1}},
          "dkim-signature":"v=1"})");
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->action, RspamdAction::rewrite_subject);
  EXPECT_EQ(verdict->score, 7.5);
  EXPECT_EQ(verdict->required_score, 15);
  EXPECT_EQ(verdict->symbols, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(verdict->message, "line?break");
  HeaderFields fields("Subject: x\r\nX-C: 1\r\nX-C: 2\r\nX-D: 1\r\nX-D: 2\r\n");
  for (auto const& change : verdict->changes.header()) fields.apply(change);
  EXPECT_EQ(fields.print(),
            "DKIM-Signature: v=1\r\nX-A: b\r\nSubject: [spam] x\r\nX-D: 1\r\nX-B: c\r\nX-B: d\r\n");
}

TEST(Rspamd, KnowsEveryActionAndTakesAnUnknownOneForWhatItIs) {
  auto const action = [](std::string const& word) {
    auto const verdict = parse_rspamd_verdict(R"({"score":0,"action":")" + word + R"("})");
    return verdict ? std::optional(verdict->action) : std::nullopt;
  };
  EXPECT_EQ(action("no action"), RspamdAction::no_action);
  EXPECT_EQ(action("greylist"), RspamdAction::greylist);
  EXPECT_EQ(action("add header"), RspamdAction::add_header);
  EXPECT_EQ(action("soft reject"), RspamdAction::soft_reject);
  EXPECT_EQ(action("reject"), RspamdAction::reject);
  EXPECT_EQ(action("discard"), RspamdAction::hold);  // nothing is accepted and then dropped
  EXPECT_EQ(action("quarantine"), RspamdAction::hold);
  EXPECT_EQ(action("my own"), RspamdAction::other);
}

TEST(Rspamd, ThatSpeaksNonsenseIsNotBelieved) {
  for (auto const* text :
       {"", "[]", "nonsense", R"({"score":1})", R"({"action":"no action"})", R"({"error":"no task"})",
        R"({"action":1,"score":1})", R"({"action":"no action","score":"1"})",
        R"({"action":"no action","score":1,"milter":{"add_headers":{"a b":"c"}}})",
        R"({"action":"no action","score":1,"milter":{"add_headers":[1]}})",
        R"({"action":"no action","score":1,"symbols":7})"})
    EXPECT_FALSE(parse_rspamd_verdict(text)) << text;
}

TEST(Rspamd, RefusesWhateverElseItsReplySays) {
  for (auto const* more : {"", R"(,"score":null)", R"(,"score":1,"milter":{"remove_headers":{"X":true}})",
                           R"(,"score":1,"milter":{"add_headers":{"a b":"c"}})"}) {
    auto const verdict = parse_rspamd_verdict(R"({"action":"reject")" + std::string(more) + "}");
    ASSERT_TRUE(verdict) << more;
    EXPECT_EQ(verdict->action, RspamdAction::reject) << more;
  }
}

TEST(Rspamd, MayAddANumberForAFieldsValue) {
  auto const verdict =
      parse_rspamd_verdict(R"({"action":"no action","score":1,"milter":{"add_headers":{"X-Score":25}}})");
  EXPECT_TRUE(verdict) << verdict.error();
}

std::string read_reply(std::string_view text) {
  HttpReplyReader reader;
  for (char const c : text) {
    auto const read = reader.feed({&c, 1});
    if (!read) return "error";
    if (*read) return reader.body();
  }
  return reader.end() ? reader.body() : "error";
}

TEST(Rspamd, RepliesByHttpWithALengthOrUntilItHangsUp) {
  EXPECT_EQ(read_reply("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"), "{}");
  EXPECT_EQ(read_reply("HTTP/1.0 200 OK\r\nServer: x\r\n\r\n{}"), "{}");
  EXPECT_EQ(read_reply("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}"), "error");
  EXPECT_EQ(read_reply("HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\n{}"), "error");
  EXPECT_EQ(read_reply("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"), "error");
  EXPECT_EQ(read_reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}"), "error");
  EXPECT_EQ(read_reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "error");
  EXPECT_EQ(read_reply("SSH-2.0-x\r\n\r\n"), "error");
  EXPECT_EQ(read_reply("HTTP/1.1 200 OK\r\n" + std::string(20'000, 'x')), "error");
}

}  // namespace
}  // namespace postern::wire

// rspamd's own log.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

std::string rspamd_line(std::string const& id, std::string const& action, std::string const& symbols) {
  return "2026-11-23 10:00:00 #123(normal) <abc123>; task; rspamd_task_write_log: id: <" + id +
         ">, qid: <4A1B2C3D4E>, ip: 192.0.2.53, from: <a@x.example>, (default: F (" + action +
         "): [-0.10/15.00] [" + symbols + "]), len: 1234, time: 100ms, rcpts: <b@y.example>\n";
}

TEST(RspamdLog, TellsTlsByItsSymbolsAndWantedByItsAction) {
  auto const read = read_text(
      rspamd_line("1@x.example", "no action", "RCVD_TLS_LAST(0.00){},RCVD_COUNT_ONE(0.00){1;}") +
      rspamd_line("2@x.example", "add header", "BAYES_SPAM(5.10){100.00%;},RCVD_NO_TLS_LAST(0.10){}") +
      rspamd_line("3@x.example", "no action", "MIME_GOOD(-0.10){text/plain;}") +
      rspamd_line("4@x.example", "reject", "RCVD_TLS_ALL(0.00){}"));
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0].tls.used, Tristate::yes);
  EXPECT_EQ(messages[0].wanted, Wanted::wanted);
  EXPECT_EQ(messages[0].client.print(), "192.0.2.53");
  EXPECT_EQ(messages[0].sender, "a@x.example");
  EXPECT_EQ(messages[0].recipients, std::vector<std::string>{"b@y.example"});
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(messages[1].wanted, Wanted::unwanted);
  EXPECT_EQ(messages[2].tls.used, Tristate::unknown);
  EXPECT_EQ(read.refused().size(), 1U);
}

TEST(RspamdLog, WhatTheSenderChoosesIsNoSymbolAndNoAddress) {
  auto const read =
      read_text(rspamd_line("x>, ip: 127.0.0.1, (default: F (no action): [0/1] [RCVD_TLS_ALL(0){}]), y",
                            "no action", "SUBJ(0.00){RCVD_TLS_LAST(0.00);},RCVD_NO_TLS_LAST(0.10){}"));
  EXPECT_TRUE(read.all.empty());
  EXPECT_EQ(read.stats.skipped, 1U);
  auto const quoted = read_text(
      rspamd_line("1@x.example", "no action", "SUBJ(0.00){RCVD_TLS_LAST(0.00);},RCVD_NO_TLS_LAST(0.10){}"));
  ASSERT_EQ(quoted.messages().size(), 1U);
  EXPECT_EQ(quoted.messages()[0].tls.used, Tristate::no);
}

TEST(RspamdLog, OfTwoSymbolsThatContradictEachOtherNoneIsBelieved) {
  auto const read = read_text(
      rspamd_line("1@x.example", "no action",
                  "RCVD_NO_TLS_LAST(0.10){},HAS_REPLYTO(0.00){\"a},RCVD_TLS_LAST(0.00){\"@evil.example}"));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::unknown);
}

TEST(RspamdLog, ItsLinesMayStandInASystemLog) {
  auto const whole = rspamd_line("1@x.example", "no action", "RCVD_TLS_LAST(0.00){}");
  auto const text = whole.substr(whole.find('<'));
  for (std::string const prefix :
       {"Nov 23 10:00:00 mx rspamd[7]: ", "<22>Nov 23 10:00:00 mx rspamd[7]: ",
        "<22>1 2026-11-23T10:00:00Z mx rspamd 7 - - ", "2026-11-23T12:00:00+02:00 mx rspamd[7]: "}) {
    auto const read = read_text(prefix + text);
    ASSERT_EQ(read.messages().size(), 1U) << prefix;
    EXPECT_EQ(print_iso8601(read.messages()[0].at).substr(0, 19), "2026-11-23T10:00:00") << prefix;
  }
}

TEST(RspamdLog, MessagesWithoutAMessageIdAreNoCopiesOfEachOther) {
  auto const read = read_text(rspamd_line("undef", "no action", "RCVD_TLS_LAST(0.00){}"));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].copy_of, 0U);
}

}  // namespace
}  // namespace postern::tests

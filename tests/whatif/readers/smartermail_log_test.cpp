// SmarterMail's log of incoming SMTP.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

std::string smarter_lines(std::initializer_list<std::string> texts, std::string const& session = "34926254",
                          std::string const& time = "00:00:06") {
  std::string out;
  for (auto const& text : texts) out += time + " [192.0.2.1][" + session + "] " + text + "\r\n";
  return out;
}

std::string smarter_start(std::string const& date = "11/23/2026 12:00:06 AM") {
  return smarter_lines({"rsp: 220 mx.our.example", "connected at " + date, "cmd: EHLO mail.x.example",
                        "rsp: 250-mx.our.example Hello [192.0.2.1]250-SIZE 31457280250-AUTH LOGIN "
                        "CRAM-MD5250-STARTTLS250-8BITMIME250 OK"});
}

std::string smarter_tls() {
  return smarter_lines({"cmd: STARTTLS", "rsp: 220 Start TLS negotiation", "cmd: EHLO mail.x.example",
                        "rsp: 250-mx.our.example Hello [192.0.2.1]250-SIZE 31457280250 OK"});
}

std::string smarter_message(std::string const& session = "34926254", std::string const& time = "00:00:06") {
  return smarter_lines({"cmd: MAIL FROM:<a@x.example> SIZE=900", "rsp: 250 OK <a@x.example> Sender ok",
                        "cmd: RCPT TO:<b@our.example>", "rsp: 250 OK <b@our.example> Recipient ok",
                        "cmd: DATA", "rsp: 354 Start mail input; end with <CRLF>.<CRLF>", "rsp: 250 OK"},
                       session, time);
}

std::string smarter_end() {
  return smarter_lines({"cmd: QUIT", "rsp: 221 Service closing", "disconnected at 11/23/2026 12:00:06 AM"});
}

TEST(SmartermailLog, StarttlsTellsTlsAndItsOfferTellsPlaintext) {
  auto const log = smarter_start() + smarter_message() + smarter_tls() + smarter_message() + smarter_end();
  EXPECT_EQ(recognise(log), Format::smartermail);
  auto const read = read_text(log);
  EXPECT_EQ(read.stats.skipped, 0U);
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].tls.used, Tristate::no);
  EXPECT_EQ(messages[1].tls.used, Tristate::yes);
  EXPECT_EQ(messages[1].client.print(), "192.0.2.1");
  EXPECT_EQ(messages[1].recipients, std::vector<std::string>{"b@our.example"});
  EXPECT_EQ(print_iso8601(messages[1].at), "2026-11-23T00:00:06.000Z");
  EXPECT_EQ(read.sessions().size(), 1U);
}

TEST(SmartermailLog, ASessionWithoutAnOfferIsUnknownAndSaid) {
  auto const read = read_text(smarter_lines({"rsp: 220 mx.our.example", "connected at 11/23/2026 12:00:06 AM",
                                             "cmd: EHLO x", "rsp: 250-mx.our.example250 OK"}) +
                              smarter_message());
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::unknown);
  ASSERT_EQ(read.stats.notes.size(), 1U);
  EXPECT_NE(read.stats.notes[0].find("STARTTLS was not offered"), std::string::npos);
}

TEST(SmartermailLog, TheLinesOfAReplyMayStandInTheLog) {
  auto const begin = smarter_lines({"rsp: 220 mx", "connected at 11/23/2026 12:00:06 AM", "cmd: EHLO x"});
  auto const lines_follow = begin + smarter_lines({"rsp: 250-mx Hello"}) + "250-STARTTLS\r\n250 OK\r\n";
  auto const rows = begin + smarter_lines({"rsp: 250-mx Hello", "rsp: 250-STARTTLS", "rsp: 250 OK"});
  for (auto const& start : {lines_follow, rows}) {
    auto const messages = read_text(start + smarter_message()).messages();
    ASSERT_EQ(messages.size(), 1U) << start;
    EXPECT_EQ(messages[0].tls.used, Tristate::no) << start;
    EXPECT_EQ(messages[0].helo, "x");
  }
  // Behind a command they are the client's.
  auto const forged = begin + "250-STARTTLS\r\n250 OK\r\n";
  EXPECT_EQ(read_text(forged + smarter_message()).messages()[0].tls.used, Tristate::unknown);
}

TEST(SmartermailLog, TheDayComesFromTheFirstDateAndGoesOnAtMidnight) {
  auto const read = read_text(smarter_message("1", "23:59:59.900") + smarter_start() + smarter_message() +
                              smarter_message("2", "13:00:00") + smarter_message("3", "00:00:01"));
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(print_iso8601(messages[0].at), "2026-11-22T23:59:59.900Z");
  EXPECT_EQ(print_iso8601(messages[1].at), "2026-11-23T00:00:06.000Z");
  EXPECT_EQ(print_iso8601(messages[2].at), "2026-11-23T13:00:00.000Z");
  EXPECT_EQ(print_iso8601(messages[3].at), "2026-11-24T00:00:01.000Z");
}

TEST(SmartermailLog, DatesOfAllForms) {
  for (auto const* date : {"11/23/2026 12:00:06 AM", "23/11/2026 00:00:06", "23.11.2026 00:00:06",
                           "2026-11-23 00:00:06", "11/22/2026 11:59:59 PM"}) {
    auto const messages = read_text(smarter_start(date) + smarter_message()).messages();
    ASSERT_EQ(messages.size(), 1U) << date;
    EXPECT_EQ(print_iso8601(messages[0].at), "2026-11-23T00:00:06.000Z") << date;
  }
}

TEST(SmartermailLog, ADateOfTwoMeaningsIsSaid) {
  auto const read = read_text(smarter_start("2/3/2026 12:00:06 AM") + smarter_message());
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(print_iso8601(read.messages()[0].at), "2026-03-02T00:00:06.000Z");  // nearer to the last change
  ASSERT_EQ(read.stats.notes.size(), 1U);
  // One of the two would be after the last change.
  EXPECT_TRUE(read_text(smarter_start("11/12/2026 12:00:06 AM") + smarter_message()).stats.notes.empty());
}

TEST(SmartermailLog, WithoutDatesTheLastLineIsOfTheLastChangesDay) {
  auto const read = read_text(smarter_message("1", "23:00:00") + smarter_message("2", "01:00:00") +
                              smarter_message("3", "22:00:00"));
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(print_iso8601(messages[0].at), "2026-11-22T23:00:00.000Z");
  EXPECT_EQ(print_iso8601(messages[2].at), "2026-11-23T22:00:00.000Z");
  EXPECT_FALSE(read.stats.notes.empty());
}

TEST(SmartermailLog, LogsOfMailboxesAreNotItsOwn) {
  auto const line = [](std::string const& text) { return "00:00:01 [192.0.2.1][12] " + text + "\r\n"; };
  EXPECT_NE(recognise(line("rsp: +OK POP3 ready") + line("cmd: USER x")), Format::smartermail);
  EXPECT_NE(recognise(line("rsp: * OK IMAP4rev1") + line("cmd: 1 LOGIN")), Format::smartermail);
}

}  // namespace
}  // namespace postern::tests

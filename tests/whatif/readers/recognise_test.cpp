// Which reader an input is for.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(Recognise, ByContent) {
  EXPECT_EQ(recognise("SQLite format 3\0rest"), Format::facts);
  EXPECT_EQ(recognise("From a@x.example Mon Nov 23 14:47:32 2026\nReceived: x\n"), Format::mbox);
  EXPECT_EQ(recognise("Return-Path: <a@x.example>\r\nReceived: from x\r\n"), Format::message);
  EXPECT_EQ(recognise("time,client,tls\n"), Format::csv);
  EXPECT_EQ(recognise("{\"time\":1}\n"), Format::json_lines);
  EXPECT_EQ(recognise("2026-11-23 14:49:10 exim 4.96 daemon started: pid=9701, -q30m\n"), Format::exim);
  EXPECT_EQ(recognise("2026-11-23T14:49:10+01:00 mx postfix/smtpd[1]: connect from x[1.2.3.4]\n"),
            Format::system_log);
  EXPECT_FALSE(recognise(std::string(1000, '\xE9')));
  EXPECT_FALSE(recognise("# A page\nNote: some text\nSee: more of it\n"));
  EXPECT_FALSE(recognise(""));
}

TEST(Recognise, ByTheHeadsOfTheOtherForms) {
  EXPECT_EQ(recognise("__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\n"), Format::journal);
  EXPECT_EQ(recognise("#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n"), Format::exchange);
  EXPECT_EQ(recognise("\xEF\xBB\xBF#Fields: date-time,connector-id,session-id,sequence-number\n"),
            Format::exchange);
  EXPECT_EQ(recognise("X-Own: 1\nReceived: from x\n"), Format::message);
  EXPECT_FALSE(recognise("X-Own: 1\nX-Other: 2\n"));
}

TEST(Recognise, MostOfTheLinesDecide) {
  std::string const haraka =
      "2026-11-23T14:47:34.200Z [NOTICE] [5A01AF0D-1996-4C0F-B3DD-C23407427E58] [core] disconnect "
      "ip=192.0.2.3\n";
  std::string const syslog = "Nov 23 14:47:32 mx postfix/smtpd[1]: connect from x[192.0.2.1]\n";
  EXPECT_EQ(recognise(haraka + haraka + syslog), Format::haraka);
  EXPECT_EQ(recognise(haraka + syslog + syslog), Format::system_log);
  EXPECT_EQ(recognise(haraka + syslog), Format::system_log);  // the more general form
}

TEST(Recognise, LinesOfHarakasPluginsInSyslogDoNotHideItsOwn) {
  std::string const start = "Nov  4 13:35:23 mx haraka[6]: [INFO] [3E6A027F-8307-4DA4-B105-2A39EC4B58D4] ";
  std::string text;
  for (int i = 0; i < 10; ++i) text += start + "[karma] score: 0\n";
  EXPECT_EQ(recognise(text + start + "[core] connect ip=192.0.2.20 port=21957\n"), Format::haraka);
}

TEST(Recognise, TheGroundsAreSaid) {
  auto const evidence = look_at(
      "mail-1  | Nov 23 14:47:32 mx postfix/smtpd[1]: connect from x[192.0.2.1]\n"
      "mail-1  | nothing of the kind\n");
  EXPECT_EQ(evidence.format, Format::system_log);
  EXPECT_EQ(evidence.lines, 2U);
  EXPECT_EQ(evidence.fitting, 1U);
  auto const said = evidence.print();
  EXPECT_NE(said.find("1 of the 2 lines"), std::string::npos) << said;
  EXPECT_NE(said.find("docker compose"), std::string::npos) << said;
  EXPECT_NE(look_at("time,client,tls\n").print().find("first bytes"), std::string::npos);
  EXPECT_NE(look_at("x\n", {}, Format::exim).print().find("asked for"), std::string::npos);
}

TEST(Recognise, TheTimesOfTheFirstAndTheLastLineAreKnown) {
  auto const evidence =
      look_at("no time\n2026-11-23T14:47:32Z mx a[1]: x\n2026-11-23T14:47:40Z mx a[1]: x\n");
  ASSERT_TRUE(evidence.first_time && evidence.last_time);
  EXPECT_EQ(*evidence.last_time - *evidence.first_time, std::chrono::seconds(8));
}

}  // namespace
}  // namespace postern::tests

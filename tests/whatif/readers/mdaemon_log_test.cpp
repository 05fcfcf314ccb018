// MDaemon's log of incoming SMTP.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

// Lines with the time in front; `before`: what stands between it and the text.
std::string mdaemon_lines(std::initializer_list<std::string> texts, std::string const& before = "") {
  std::string out;
  for (auto const& text : texts) out += "Mon 2026-11-23 14:47:32.768: " + before + text + "\r\n";
  return out;
}

std::string mdaemon_message(std::string const& before = "") {
  return mdaemon_lines(
      {"<-- MAIL From:<a@x.example> SIZE=900", "Performing PTR lookup (1.2.0.192.IN-ADDR.ARPA)",
       "*  D=1.2.0.192.IN-ADDR.ARPA TTL=(60) PTR=[mail.x.example]", "---- End PTR results",
       "--> 250 <a@x.example>, Sender ok", "<-- RCPT To:<b@our.example>",
       "--> 250 <b@our.example>, Recipient ok", "<-- DATA", "--> 354 Enter mail, end with <CRLF>.<CRLF>",
       "Message size: 900 bytes", "--> 250 Ok, message saved"},
      before);
}

std::string mdaemon_start(std::string const& client, std::string const& port = "25",
                          std::string const& before = "") {
  return mdaemon_lines({"Session 981023; child 0002",
                        "Accepting SMTP connection from [" + client + ":34306] to [192.0.2.25:" + port + "]"},
                       before);
}

std::string mdaemon_greeted(std::string const& before = "") {
  return mdaemon_lines(
      {"--> 220 mx.our.example ESMTP MDaemon 18.0.1; Mon, 23 Nov 2026 14:47:32 +0000",
       "<-- EHLO mail.x.example", "--> 250-mx.our.example Hello mail.x.example, pleased to meet you",
       "--> 250-STARTTLS", "--> 250 SIZE"},
      before);
}

std::string mdaemon_tls(std::string const& before = "") {
  return mdaemon_lines({"<-- STARTTLS", "--> 220 Begin TLS negotiation",
                        "SSL negotiation successful (TLS 1.2, 256 bit key exchange, 256 bit AES encryption)",
                        "<-- EHLO mail.x.example", "--> 250 SIZE"},
                       before);
}

std::string mdaemon_end(std::string const& before = "") {
  return mdaemon_lines(
      {"<-- QUIT", "--> 221 See ya in cyberspace", "SMTP session successful (Bytes in/out: 9/9)"}, before);
}

TEST(MdaemonLog, SessionsThatStandTogether) {
  auto const log = "START Event Log / MDaemon PRO v18.0.1, SMTP (in) log information\r\n" +
                   std::string(40, '-') + "\r\n" + mdaemon_start("192.0.2.1") + mdaemon_greeted() +
                   mdaemon_tls() + mdaemon_message() + mdaemon_end() + mdaemon_lines({"----------"}) +
                   mdaemon_start("2001:db8::2") + mdaemon_greeted() + mdaemon_message() + mdaemon_end();
  EXPECT_EQ(recognise(log), Format::mdaemon);
  auto const read = read_text(log);
  EXPECT_EQ(read.stats.skipped, 0U);
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].client.print(), "192.0.2.1");
  EXPECT_EQ(messages[0].tls.version, "TLSv1.2");
  EXPECT_EQ(messages[0].recipients, std::vector<std::string>{"b@our.example"});
  EXPECT_EQ(print_iso8601(messages[0].at), "2026-11-23T14:47:32.768Z");
  EXPECT_EQ(messages[1].client.print(), "2001:db8::2");
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(read.sessions().size(), 2U);
}

TEST(MdaemonLog, SessionsThatAreInterleavedHaveNumbers) {
  std::string const one = "[6144:1] ", two = "05: [6145:2] ";
  auto const read =
      read_text(mdaemon_start("192.0.2.1", "25", one) + mdaemon_start("192.0.2.2", "25", two) +
                mdaemon_greeted(one) + mdaemon_greeted(two) + mdaemon_tls(one) + mdaemon_message(two) +
                mdaemon_message(one) + mdaemon_end(two) + mdaemon_end(one));
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].client.print(), "192.0.2.2");
  EXPECT_EQ(messages[0].tls.used, Tristate::no);
  EXPECT_EQ(messages[1].tls.used, Tristate::yes);
}

TEST(MdaemonLog, SubmissionPortsAndFailedHandshakes) {
  auto const failed = mdaemon_lines({"<-- STARTTLS", "--> 220 Begin TLS negotiation",
                                     "* SSL error 0x80090302 The function requested is not supported",
                                     "SMTP session terminated (Bytes in/out: 332/3527)"});
  auto const read = read_text(mdaemon_start("192.0.2.1", "587") + mdaemon_greeted() + mdaemon_message() +
                              mdaemon_end() + mdaemon_start("192.0.2.2") + mdaemon_greeted() + failed +
                              mdaemon_start("192.0.2.3", "465") + mdaemon_message() + mdaemon_end());
  ASSERT_EQ(read.messages().size(), 2U);
  EXPECT_EQ(read.messages()[0].origin, Origin::authenticated);
  EXPECT_EQ(read.messages()[1].tls.used, Tristate::unknown);  // on port 465, and nothing about TLS
  ASSERT_EQ(read.sessions().size(), 3U);
  EXPECT_EQ(read.sessions()[1].tls.failure, "SSL error 0x80090302 The function requested is not supported");
}

TEST(MdaemonLog, SessionsThatGoOutArePassedOver) {
  auto const out = mdaemon_lines(
      {"Session 981024; child 0003", "Attempting SMTP connection to [192.0.2.9:25]", "<-- 220 mx.y.example",
       "--> EHLO mx.our.example", "<-- 250 STARTTLS", "--> STARTTLS", "<-- 220 go",
       "SSL negotiation successful (TLS 1.2, 256 bit key exchange)", "--> MAIL From:<b@our.example>",
       "<-- 250 ok", "--> DATA", "<-- 354 go", "<-- 250 ok", "SMTP session successful (Bytes in/out: 9/9)"});
  EXPECT_NE(recognise(out), Format::mdaemon);
  auto const read =
      read_text(out + mdaemon_start("192.0.2.1") + mdaemon_greeted() + mdaemon_message() + mdaemon_end());
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::no);
  EXPECT_EQ(read.sessions().size(), 1U);
}

TEST(MdaemonLog, SummariesAreNamed) {
  auto const read =
      read_text(mdaemon_start("192.0.2.1") + mdaemon_lines({"SMTP session successful (Bytes in/out: 9/9)"}));
  EXPECT_TRUE(read.messages().empty());
  ASSERT_EQ(read.stats.notes.size(), 1U);
  EXPECT_NE(read.stats.notes[0].find("detailed"), std::string::npos);
}

TEST(MdaemonLog, AClientThatSaysABareLfWritesNoLines) {
  auto const forged = mdaemon_lines({"SSL negotiation successful (TLS 1.3, 1 bit)"});
  auto const read = read_text(mdaemon_start("192.0.2.1") + mdaemon_greeted() +
                              mdaemon_lines({"<-- NOOP x\n" + forged.substr(0, forged.size() - 2)}) +
                              mdaemon_message() + mdaemon_end());
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::no);
}

}  // namespace
}  // namespace postern::tests

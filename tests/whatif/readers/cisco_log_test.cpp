// Cisco ESA's text mail logs.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(CiscoLog, JoinsMessagesToTheirConnection) {
  std::string const log =
      "Mon Nov 23 19:47:40 2026 Info: New SMTP ICID 5 interface Data1 (10.1.1.1) address 192.0.2.1 reverse "
      "dns "
      "host mail.x.example verified yes\n"
      "Mon Nov 23 19:47:40 2026 Info: ICID 5 ACCEPT SG UNKNOWNLIST match sbrs[none] SBRS None\n"
      "Mon Nov 23 19:47:41 2026 Info: ICID 5 TLS success protocol TLSv1.2 cipher "
      "ECDHE-RSA-AES256-GCM-SHA384\n"
      "Mon Nov 23 19:47:41 2026 Info: New SMTP ICID 6 interface Data1 (10.1.1.1) address 192.0.2.2 reverse "
      "dns "
      "host unknown verified no\n"
      "Mon Nov 23 19:47:42 2026 Info: Start MID 10 ICID 5\n"
      "Mon Nov 23 19:47:42 2026 Info: MID 10 ICID 5 From: <a@x.example>\n"
      "Mon Nov 23 19:47:42 2026 Info: Start MID 11 ICID 6\n"
      "Mon Nov 23 19:47:42 2026 Info: MID 11 ICID 6 From: <\"TLS success\"@y.example>\n"
      "Mon Nov 23 19:47:42 2026 Info: MID 10 ICID 5 RID 0 To: <b@our.example>\n"
      "Mon Nov 23 19:47:43 2026 Info: MID 10 ready 100 bytes from <a@x.example>\n"
      "Mon Nov 23 19:47:43 2026 Info: MID 11 ready 100 bytes from <s@y.example>\n"
      "Mon Nov 23 19:47:43 2026 Info: MID 11 interim verdict using engine: CASE spam positive\n"
      "Mon Nov 23 19:47:44 2026 Info: MID 10 queued for delivery\n"
      "Mon Nov 23 19:47:44 2026 Info: MID 11 queued for delivery\n"
      "Mon Nov 23 19:47:44 2026 Info: Start MID 12 ICID 6\n"
      "Mon Nov 23 19:47:44 2026 Info: MID 12 receiving aborted by sender\n"
      "Mon Nov 23 19:47:45 2026 Info: ICID 5 close\n"
      "Mon Nov 23 19:47:45 2026 Info: New SMTP ICID 7 interface Data1 (10.1.1.1) address 192.0.2.3 reverse "
      "dns "
      "host unknown verified no\n"
      "Mon Nov 23 19:47:45 2026 Info: ICID 7 TLS failed\n"
      "Mon Nov 23 19:47:46 2026 Info: ICID 7 close\n";
  EXPECT_EQ(recognise(log), Format::cisco);
  auto const read = read_text(log);
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].tls.version, "TLSv1.2");
  EXPECT_EQ(messages[0].client_name, "mail.x.example");
  EXPECT_EQ(messages[0].recipients, std::vector<std::string>{"b@our.example"});
  EXPECT_EQ(print_iso8601(messages[0].at).substr(0, 19), "2026-11-23T19:47:42");
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(messages[1].wanted, Wanted::unwanted);
  ASSERT_EQ(read.sessions().size(), 3U);
  EXPECT_EQ(replay_all(read.all).failed_handshakes, 1U);
}

TEST(CiscoLog, TwoAppliancesInOneSystemLogAreToldApart) {
  std::string log;
  auto const line = [&](std::string const& host, std::string const& text) {
    log += "Nov 23 19:47:40 " + host + " mail_logs: Info: " + text + "\n";
  };
  line("esa1",
       "New SMTP ICID 7 interface Data1 (10.1.1.1) address 203.0.113.5 reverse dns host unknown verified no");
  line(
      "esa2",
      "New SMTP ICID 7 interface Data1 (10.1.1.2) address 198.51.100.5 reverse dns host unknown verified no");
  line("esa1", "ICID 7 TLS success protocol TLSv1.3 cipher TLS_AES_256_GCM_SHA384");
  for (auto const* text : {"Start MID 10 ICID 7", "MID 10 ready 100 bytes from <a@x.example>",
                           "MID 10 interim verdict using engine: CASE spam negative",
                           "MID 10 Subject 'how to read spam positive'", "MID 10 queued for delivery"})
    for (auto const* host : {"esa1", "esa2"}) line(host, text);
  auto const messages = read_text(log).messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].client.print(), "203.0.113.5");
  EXPECT_EQ(messages[0].tls.used, Tristate::yes);
  EXPECT_EQ(messages[1].client.print(), "198.51.100.5");
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  for (auto const& message : messages) EXPECT_EQ(message.wanted, Wanted::wanted);
}

TEST(CiscoLog, AMessageWhoseConnectionIsNotInTheLogHasNoAddress) {
  auto const read = read_text(
      "Mon Nov 23 19:47:42 2026 Info: Start MID 10 ICID 1\n"
      "Mon Nov 23 19:47:43 2026 Info: MID 10 ready 100 bytes from <a@x.example>\n"
      "Mon Nov 23 19:47:44 2026 Info: MID 10 queued for delivery\n");
  EXPECT_EQ(replay_all(read.all).left_out.no_address, 1U);
}

TEST(CiscoLog, AMessageThatIsLookedAtAfterItsConnectionHasEndedIsTheConnections) {
  auto const read = read_text(
      "Mon Nov 23 19:47:40 2026 Info: New SMTP ICID 5 interface Data1 (10.1.1.1) address 192.0.2.1 reverse "
      "dns host mail.x.example verified yes\n"
      "Mon Nov 23 19:47:41 2026 Info: ICID 5 TLS success protocol TLSv1.2 cipher C\n"
      "Mon Nov 23 19:47:42 2026 Info: Start MID 10 ICID 5\n"
      "Mon Nov 23 19:47:43 2026 Info: MID 10 ready 100 bytes from <a@x.example>\n"
      "Mon Nov 23 19:47:43 2026 Info: ICID 5 close\n"
      "Mon Nov 23 19:47:44 2026 Info: MID 10 queued for delivery\n");
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].client.print(), "192.0.2.1");
  EXPECT_EQ(read.messages()[0].tls.version, "TLSv1.2");
}

TEST(CiscoLog, ALogInOnALineOfItsOwnIsTheConnections) {
  std::string log;
  auto const line = [&](std::string const& text) { log += "Mon Nov 23 19:47:40 2026 Info: " + text + "\n"; };
  for (std::string const icid : {"5", "6"}) {
    line("New SMTP ICID " + icid +
         " interface D (10.1.1.1) address 192.0.2.1 reverse dns host u verified no");
    line("SMTP Auth: (ICID " + icid + ") " +
         (icid == "5" ? "succeeded for user: failed" : "failed for user: succeeded") +
         " using AUTH mechanism: LOGIN with profile: p");
    line("Start MID 1" + icid + " ICID " + icid);
    line("MID 1" + icid + " ready 100 bytes from <a@x.example>");
    line("MID 1" + icid + " queued for delivery");
  }
  auto const read = read_text(log);
  EXPECT_EQ(read.stats.skipped, 0U);
  ASSERT_EQ(read.messages().size(), 2U);
  EXPECT_EQ(read.messages()[0].origin, Origin::authenticated);
  EXPECT_EQ(read.messages()[1].origin, Origin::outside);
}

TEST(CiscoLog, AMessageWhoseStartIsNotInTheLogHasNoAddress) {
  auto const read = read_text(
      "Mon Nov 23 19:47:43 2026 Info: MID 10 ready 100 bytes from <a@x.example>\n"
      "Mon Nov 23 19:47:44 2026 Info: MID 10 queued for delivery\n"
      "Mon Nov 23 19:47:44 2026 Info: Start MID 11 ICID 0\n"
      "Mon Nov 23 19:47:44 2026 Info: MID 11 ready 100 bytes from <a@x.example>\n"
      "Mon Nov 23 19:47:44 2026 Info: MID 11 queued for delivery\n");
  EXPECT_EQ(replay_all(read.all).left_out.no_address, 1U);
  EXPECT_EQ(read.messages().size(), 1U) << "the gateway's own messages are none";
}

TEST(CiscoLog, TheHostStandsBeforeTheFirstLevel) {
  auto const read = read_text(
      "Nov 23 19:47:40 esa1 mail_logs: Info: New SMTP ICID 7 interface D (10.1.1.1) address 192.0.2.1 "
      "reverse "
      "dns host u verified no\n"
      "Nov 23 19:47:41 esa1 mail_logs: Warning: ICID 7 TLS failed: esa2 x: Info: y\n"
      "Nov 23 19:47:42 esa1 mail_logs: Info: ICID 7 close\n");
  ASSERT_EQ(read.sessions().size(), 1U);
  EXPECT_EQ(read.sessions()[0].tls.failure, "handshake failed");
}

}  // namespace
}  // namespace postern::tests

// Barracuda's Email Security Gateway in a system log.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

std::string barracuda_line(std::string const& program, std::string const& text,
                           std::string const& appliance = "bar1") {
  return "Nov 23 14:48:00 " + appliance + " " + program + "[9390]: " + text + "\n";
}

// 1795445252 is 2026-11-23T14:47:32Z.
std::string scan_line(std::string const& client, std::string const& id, std::string const& rest,
                      std::string const& appliance = "bar1") {
  return barracuda_line("scan", client + " 1795445252-" + id + " 1795445252 1795445253 SCAN " + rest,
                        appliance);
}

TEST(BarracudaLog, AScanLineTellsTlsAndTheLinesOfItsRecipientsAreOneMessage) {
  auto const log =
      scan_line("mail.x.example[192.0.2.1]", "03f8-A",
                "ENC a@x.example b@our.example - 0 0 - SZ:9 SUBJ:one") +
      scan_line("unknown[192.0.2.2]", "03f8-B", "- s@y.example b@our.example 9.1 3 31 - SZ:9 SUBJ:two") +
      scan_line("mail.x.example[192.0.2.1]", "03f8-A",
                "ENC a@x.example c@our.example - 7 11 - SZ:9 SUBJ:one") +
      barracuda_line("outbound/smtp",
                     "127.0.0.1 1795445252-03f8-A 0 0 SEND - 1 8B2052296C 250 2.6.0 queued") +
      barracuda_line("outbound/smtp", "1795445252-03f8-A 0 0 SEND ENC 1 8B2052296C 250 2.6.0 queued");
  EXPECT_EQ(recognise(log), Format::system_log);
  auto const messages = read_text(log).messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].client.print(), "192.0.2.1");
  EXPECT_EQ(messages[0].tls.used, Tristate::yes);
  EXPECT_EQ(messages[0].tls.version, "");
  EXPECT_EQ(messages[0].recipients, (std::vector<std::string>{"b@our.example", "c@our.example"}));
  EXPECT_EQ(messages[0].wanted, Wanted::wanted);
  EXPECT_EQ(print_iso8601(messages[0].at).substr(0, 19), "2026-11-23T14:47:32");
  EXPECT_EQ(messages[1].sender, "s@y.example");
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(messages[1].wanted, Wanted::unwanted);
}

TEST(BarracudaLog, OfAnApplianceThatNeverSaysEncTlsIsNotKnownAndTheReportSaysSo) {
  auto const alone = scan_line("x[192.0.2.1]", "1", "- a@x.example b@our.example - 0 0 - SZ:9 SUBJ:s");
  auto const read = read_text(alone);
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::unknown);
  ASSERT_FALSE(read.stats.notes.empty());
  EXPECT_NE(read.stats.notes[0].find("ENC"), std::string::npos) << read.stats.notes[0];
  auto const both = read_text(
      alone + scan_line("y[192.0.2.2]", "1", "ENC a@x.example b@our.example - 0 0 - SZ:9 SUBJ:s", "bar2"));
  ASSERT_EQ(both.messages().size(), 2U);
  for (auto const& message : both.messages())
    EXPECT_EQ(message.tls.used, message.client.print() == "192.0.2.2" ? Tristate::yes : Tristate::unknown);
}

TEST(BarracudaLog, WhatWasNotTakenIsRefusedDeferredOrNoMessage) {
  auto const recv = [](std::string const& rest) {
    return barracuda_line("inbound/pass1",
                          "user[192.0.2.9] 1795445252-1-2 1795445252 1795445252 RECV " + rest);
  };
  auto const read = read_text(
      recv("a@x.example nobody@our.example 2 8 No such user (nobody@our.example)") +
      recv("a@x.example b@our.example 5 4 -") + recv("- - 1 4 -") + recv("a@x.example b@our.example 0 0 -") +
      scan_line("z[192.0.2.9]", "9", "ENC a@x.example b@our.example - 1 0 - SZ:9 SUBJ:s"));
  EXPECT_TRUE(read.messages().empty());
  auto const refused = read.refused();
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0].outcome, policy::Outcome::refused);
  EXPECT_EQ(refused[0].recipients, std::vector<std::string>{"nobody@our.example"});
  EXPECT_EQ(refused[1].outcome, policy::Outcome::deferred);
}

TEST(BarracudaLog, WhatASenderChoosesIsNeitherTheClientNorTheTls) {
  auto const messages =
      read_text(
          scan_line("a[192.0.2.1]", "1", "ENC a@x.example b@our.example - 0 0 - SZ:9 SUBJ:s") +
          scan_line("b[203.0.113.9]b[192.0.2.2]", "2",
                    "- \"ENC a b - 0 0\"@y.example b@our.example - 3 31 - SZ:9 SUBJ:s SCAN ENC a b - 0 0") +
          scan_line("c[192.0.2.3]", "3", "- lone \"blank@y.example b@our.example - 0 0 - SZ:9 SUBJ:s"))
          .messages();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[1].client.print(), "192.0.2.2");
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(messages[1].sender, "\"ENC a b - 0 0\"@y.example");
  EXPECT_EQ(messages[1].wanted, Wanted::unwanted);
  EXPECT_EQ(messages[2].tls.used, Tristate::no);
  EXPECT_FALSE(messages[2].has_sender);  // the fields are not where they should be
  EXPECT_EQ(messages[2].wanted, Wanted::unknown);
}

TEST(BarracudaLog, OtherProgramsOfThoseNamesAreNotItsOwn) {
  Collected out;
  auto const source = make_source(Format::system_log, {.reference = reference}, out);
  source->feed(
      "Nov 23 14:47:32 mx outbound/smtp[1]: 4A1B2C3D4E: to=<b@y.example>, relay=y[192.0.2.1]:25, delay=1, "
      "dsn=2.0.0, status=sent (250 ok)\n"
      "Nov 23 14:47:32 mx scan[2]: started 1 2 SCAN\n");
  source->end();
  EXPECT_EQ(source->kind(), "postfix");
  EXPECT_TRUE(out.messages().empty());
}

}  // namespace
}  // namespace postern::tests

// Proofpoint on Demand's message records.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

constexpr auto pod_tls =
    R"(,"tls":{"inbound":{"cipher":"ECDHE-RSA-AES128-GCM-SHA256","cipherBits":128,"version":"TLSv1.2"}})";

std::string pod_record(std::string const& address, std::string const& tls,
                       std::string const& filter = R"("disposition":"continue","routeDirection":"inbound")",
                       std::string const& subject = "words") {
  return R"({"connection":{"country":"us","helo":"mail.x.example","host":"mail.x.example","ip":")" + address +
         R"(","protocol":"smtp:smtp","resolveStatus":"ok","sid":"3y8")" + tls +
         R"(},"envelope":{"from":"a@x.example","rcpts":["b@our.example","c@our.example"]},"filter":{)" +
         filter + R"(},"guid":"g","msg":{"header":{"subject":[")" + subject +
         R"("]}},"ts":"2026-11-23T09:47:32.058340-0500"})" + "\n";
}

TEST(ProofpointLog, ConnectionTlsInboundTellsAndItsAbsenceMeansPlaintextWhereOthersHaveIt) {
  auto const log = pod_record("192.0.2.1", "") + pod_record("192.0.2.2", pod_tls) +
                   pod_record("192.0.2.3", R"(,"tls":{"inbound":{"cipher":"NONE","version":"NONE"}})");
  EXPECT_EQ(recognise(log), Format::proofpoint);
  auto const messages = read_text(log).messages();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0].tls.used, Tristate::no);
  EXPECT_EQ(messages[0].client.print(), "192.0.2.1");
  EXPECT_EQ(messages[1].tls.version, "TLSv1.2");
  EXPECT_EQ(messages[1].sender, "a@x.example");
  EXPECT_EQ(messages[1].recipients, (std::vector<std::string>{"b@our.example", "c@our.example"}));
  EXPECT_EQ(messages[1].wanted, Wanted::wanted);
  EXPECT_EQ(print_iso8601(messages[1].at).substr(0, 19), "2026-11-23T14:47:32");
  EXPECT_EQ(messages[2].tls.used, Tristate::no);
}

TEST(ProofpointLog, WhereNoRecordHasItTlsIsNotKnownAndTheReportSaysSo) {
  auto const read = read_text(pod_record("192.0.2.1", ""));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::unknown);
  ASSERT_EQ(read.stats.notes.size(), 1U);
}

TEST(ProofpointLog, TheFilterTellsWhatBecameOfAMessageAndWhoseItIs) {
  auto const read = read_text(
      pod_record("192.0.2.1", pod_tls, R"("disposition":"discard","routeDirection":"inbound")") +
      pod_record("192.0.2.1", pod_tls,
                 R"("disposition":"continue","quarantine":{"folder":"Bulk"},"routeDirection":"inbound")") +
      pod_record("192.0.2.1", pod_tls, R"("disposition":"accept","routeDirection":"outbound")") +
      pod_record("192.0.2.1", pod_tls, R"("disposition":"continue","isMsgReinjected":true)") +
      pod_record("192.0.2.1", pod_tls, R"("disposition":"reject")") +
      pod_record("192.0.2.1", pod_tls, R"("disposition":"tempfail")"));
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[0].wanted, Wanted::unwanted);
  EXPECT_EQ(messages[1].wanted, Wanted::unknown);
  EXPECT_EQ(messages[2].origin, Origin::local);
  EXPECT_EQ(messages[3].origin, Origin::local);
  ASSERT_EQ(read.refused().size(), 2U);
  EXPECT_EQ(read.refused()[0].outcome, policy::Outcome::refused);
  EXPECT_EQ(read.refused()[1].outcome, policy::Outcome::deferred);
}

TEST(ProofpointLog, NoWordOfASenderIsAMember) {
  std::string const forged = R"(x\",\"tls\":{\"inbound\":{\"version\":\"TLSv1.3\"}},\"ip\":\"203.0.113.9)";
  auto const messages = read_text(pod_record("192.0.2.1", pod_tls) +
                                  pod_record("192.0.2.2", "", R"("disposition":"continue")", forged))
                            .messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(messages[1].client.print(), "192.0.2.2");
  std::string const in_a_subject = R"(\"connection\": \"envelope\": \"filter\": \"guid\":)";
  EXPECT_EQ(recognise(R"({"time":1,"client":"192.0.2.1","subject":")" + in_a_subject + "\"}\n"),
            Format::json_lines);
}

TEST(ProofpointLog, WhatIsNoRecordOfAMessageIsSkippedWithAReason) {
  auto const read =
      read_text("{\"guid\":\"g\"}\n{broken\n" + pod_record("[unknown]", ""), Format::proofpoint);
  EXPECT_TRUE(read.all.empty());
  EXPECT_EQ(read.stats.skipped, 3U);
}

}  // namespace
}  // namespace postern::tests

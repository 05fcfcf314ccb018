// The generic form, as a table and as JSON lines.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(GenericForms, ATableAndJsonLinesSayTheSame) {
  auto const table = read_text(
      "time,client,sender,recipients,tls,client_certificate,outcome,wanted,extra\r\n"
      "2026-11-23T14:47:32Z,192.0.2.1,a@x.example,b@y.example;c@y.example,TLSv1.3,none,accepted,wanted,1\r\n"
      "1795445252,192.0.2.2,\"\",b@y.example,no,,accepted,unwanted,\r\n"
      "1795445253,192.0.2.3,d@x.example,,,,,,\r\n"
      "1795445253,nowhere,d@x.example,,,,,,\r\n"
      "1795445253,192.0.2.3,d@x.example,,perhaps,,,,\r\n");
  auto const lines = read_text(
      "{\"time\":\"2026-11-23T14:47:32Z\",\"client\":\"192.0.2.1\",\"sender\":\"a@x.example\",\"recipients\":"
      "[\"b@y.example\",\"c@y.example\"],\"tls\":true,\"tls_version\":\"TLSv1.3\",\"client_certificate\":"
      "\"none\",\"wanted\":true}\n"
      "{\"time\":1795445252,\"client\":\"192.0.2.2\",\"sender\":\"\",\"recipients\":[\"b@y.example\"],"
      "\"tls\":false,\"wanted\":false}\n"
      "{\"time\":1795445253,\"client\":\"192.0.2.3\",\"sender\":\"d@x.example\",\"tls\":null}\n"
      "{\"time\":1795445253}\n[1]\n");
  EXPECT_EQ(table.stats.skipped, 2U);
  EXPECT_EQ(lines.stats.skipped, 2U);
  for (auto const* read : {&table, &lines}) {
    auto const answer = replay_all(read->all);
    EXPECT_EQ(answer.messages, 3U);
    EXPECT_EQ(answer.over_tls, 1U);
    EXPECT_EQ(answer.in_the_clear, 1U);
    EXPECT_EQ(answer.unknown, 1U);
    EXPECT_EQ(answer.rules[0].wanted.messages, 1U);
    EXPECT_EQ(answer.rules[0].unwanted.lost, 1U);
    EXPECT_EQ(read->messages()[0].recipients.size(), 2U);
  }
}

TEST(GenericTable, LinesBeforeTheHeaderAreSkipped) {
  auto const read = read_text("not a header\ntime,client,tls\n1795445252,192.0.2.1,failed\n", Format::csv);
  EXPECT_EQ(read.stats.skipped, 1U);
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::no);
  EXPECT_EQ(read.messages()[0].tls.failure, "handshake failed");
}

TEST(GenericTable, EveryNameHasValuesThatAreTakenAndOneThatIsNot) {
  for (auto const& [name, good, bad] :
       {std::tuple<std::string, std::string, std::string>{"client_certificate", "trusted", "good"},
        {"outcome", "deferred", "lost"},
        {"wanted", "unwanted", "perhaps"},
        {"authenticated", "yes", "maybe"},
        {"tls_version", "TLSv1.2", "1.2"}}) {
    auto const table = [&, &name = name](std::string const& value) {
      return "time,client,tls," + name + "\n1795445252,192.0.2.1,yes," + value + "\n";
    };
    EXPECT_EQ(read_text(table(good)).all.size(), 1U) << name;
    EXPECT_EQ(read_text(table(bad)).stats.skipped, 1U) << name;
  }
}

TEST(GenericTable, AByteOrderMarkBeforeTheHeaderIsPassedOver) {
  auto const read = read_text("\xEF\xBB\xBFtime,client,tls\r\n1795445252,192.0.2.1,TLSv1/SSLv3\r\n");
  EXPECT_EQ(read.stats.skipped, 0U);
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::yes);
  EXPECT_EQ(read.messages()[0].tls.version, "");
}

}  // namespace
}  // namespace postern::tests

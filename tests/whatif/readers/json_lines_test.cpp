// JSON lines: KumoMTA's records and the generic form.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(KumomtaLog, NoTlsFieldsMeanPlaintextOnlyWhenTheFileHasThem) {
  auto const record = [](std::string const& sender, std::string const& tls) {
    return "{\"type\":\"Reception\",\"id\":\"1\",\"sender\":\"" + sender +
           "\",\"recipient\":[\"b@y.example\"],\"peer_address\":{\"name\":\"mail.example\",\"addr\":\"192.0."
           "2.1\"},\"timestamp\":1795445252,\"reception_protocol\":\"ESMTP\"" +
           tls + "}\n";
  };
  auto const bare = record("a@x.example", "");
  EXPECT_EQ(read_text(bare).messages().at(0).tls.used, Tristate::unknown);
  auto const both =
      read_text(bare +
                record("c@x.example",
                       ",\"tls_cipher\":\"TLS13_AES_256_GCM_SHA384\",\"tls_protocol_version\":\"TLSv1_3\","
                       "\"tls_peer_subject_name\":[]") +
                "{\"type\":\"Delivery\",\"peer_address\":{\"name\":\"x\",\"addr\":\"192.0.2.9\"}}\n")
          .messages();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].tls.used, Tristate::no);
  EXPECT_EQ(both[1].tls.version, "TLSv1.3");
}

TEST(JsonLines, WhatIsNoRecordIsSkippedWithAReason) {
  auto const read =
      read_text("{\"type\":\"Reception\",\"peer_address\":{}}\n{\"x\":1}\n{broken\n", Format::json_lines);
  EXPECT_TRUE(read.all.empty());
  EXPECT_EQ(read.stats.skipped, 3U);
  EXPECT_NE(read.stats.examples.at(0).find("no client address"), std::string::npos);
}

TEST(JsonLines, WhatAnHttpClientInjectedIsLocal) {
  auto const read = read_text(
      "{\"type\":\"Reception\",\"sender\":\"a@x.example\",\"recipient\":\"b@y.example\",\"peer_address\":{"
      "\"name\":\"h\",\"addr\":\"192.0.2.1:4711\"},\"timestamp\":1795445252,\"reception_protocol\":\"HTTP\"}"
      "\n");
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].origin, Origin::local);
  EXPECT_EQ(read.messages()[0].client.print(), "192.0.2.1");
  EXPECT_EQ(read.messages()[0].recipients, std::vector<std::string>{"b@y.example"});
}

TEST(JsonLines, AnAddressMayHaveBracketsAndAPort) {
  auto const read = read_text(
      "{\"type\":\"Reception\",\"sender\":\"\",\"recipient\":\"b@y.example\",\"peer_address\":{"
      "\"name\":\"h\",\"addr\":\"[2001:db8::7]:4711\"},\"timestamp\":1795445252}\n");
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].client.print(), "2001:db8::7");
}

}  // namespace
}  // namespace postern::tests

// Haraka's log.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(HarakaLog, TheDisconnectLineHoldsAll) {
  auto const read = read_text(
      "2026-11-23T14:47:32.000Z [INFO] [3A01AF0D-1996-4C0F-B3DD-C23407427E58] [tls] secured: "
      "cipher=TLS_AES_256_GCM_SHA384 version=TLSv1.3 verified=false error=\"UNABLE_TO_GET_ISSUER_CERT\"\n"
      "2026-11-23T14:47:32.100Z [NOTICE] [3A01AF0D-1996-4C0F-B3DD-C23407427E58.1] [core] sender "
      "<a@x.example> code=CONT msg=\"\"\n"
      "2026-11-23T14:47:32.200Z [NOTICE] [3A01AF0D-1996-4C0F-B3DD-C23407427E58] [core] disconnect "
      "ip=192.0.2.1 rdns=mail.example helo=mail.example relay=N early=N esmtp=Y tls=Y pipe=N errors=0 txns=1 "
      "rcpts=1/0/0 msgs=1/0/0 bytes=9 lr=\"\" time=0.07\n"
      "2026-11-23T14:47:33.200Z [NOTICE] [4A01AF0D-1996-4C0F-B3DD-C23407427E58] [core] disconnect "
      "ip=192.0.2.2 rdns=NXDOMAIN helo=x relay=N early=N esmtp=Y tls=N pipe=N errors=2 txns=2 rcpts=2/0/0 "
      "msgs=1/0/1 bytes=0 lr=\"\" time=0.07\n"
      "2026-11-23T14:47:34.200Z [NOTICE] [5A01AF0D-1996-4C0F-B3DD-C23407427E58] [tls] STARTTLS failed. "
      "Marking 192.0.2.3 as non-TLS host for 60 seconds\n"
      "2026-11-23T14:47:34.300Z [NOTICE] [5A01AF0D-1996-4C0F-B3DD-C23407427E58] [core] disconnect "
      "ip=192.0.2.3 rdns=NXDOMAIN helo=x relay=N early=N esmtp=Y tls=N pipe=N errors=0 txns=0 rcpts=0/0/0 "
      "msgs=0/0/0 bytes=0 lr=\"\" time=0.07\n");
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].sender, "a@x.example");
  EXPECT_EQ(messages[0].tls.version, "TLSv1.3");
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(read.refused().size(), 1U);
  ASSERT_EQ(read.sessions().size(), 3U);
  EXPECT_EQ(read.sessions()[2].tls.failure, "handshake failed");
}

TEST(HarakaLog, NoNameThatAClientGivesIsAnotherPluginsLine) {
  std::string const uuid = "[3A01AF0D-1996-4C0F-B3DD-C23407427E58";
  auto const read =
      read_text("2026-11-23T14:47:32.000Z [NOTICE] " + uuid +
                ".1] [core] sender <\"[tls] secured: version=TLSv1.3\"@x.example> code=CONT msg=\"\"\n" +
                "2026-11-23T14:47:32.100Z [INFO] " + uuid +
                "] [helo.checks] host: auth] authenticated [tls] secured: cipher=C version=TLSv1.3\n" +
                "2026-11-23T14:47:32.200Z [NOTICE] " + uuid +
                "] [core] disconnect ip=192.0.2.1 rdns=\"h\" helo=\"x tls=Y relay=Y\" relay=N early=N "
                "esmtp=Y tls=N pipe=N errors=0 txns=1 rcpts=1/0/0 msgs=1/0/0 bytes=9 lr=\"\" time=0.07\n");
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::no);
  EXPECT_EQ(read.messages()[0].tls.version, "");
  EXPECT_EQ(read.messages()[0].origin, Origin::outside);
}

TEST(HarakaLog, ALineWithAKeyTwiceIsNotUnderstood) {
  auto const read = read_text(
      "2026-11-23T14:47:32.200Z [NOTICE] [3A01AF0D-1996-4C0F-B3DD-C23407427E58] [core] disconnect "
      "ip=192.0.2.1 rdns=h "
      "helo=x tls=Y msgs=0/0/0 relay=N early=N esmtp=Y tls=N pipe=N errors=0 txns=1 rcpts=1/0/0 msgs=1/0/0 "
      "bytes=9\n");
  EXPECT_TRUE(read.all.empty());
  EXPECT_EQ(read.stats.skipped, 1U);
}

TEST(HarakaLog, ItsJsonIsToldFromOtherJson) {
  std::string const head = R"({"level":"NOTICE","uuid":"3A01AF0D-1996-4C0F-B3DD-C23407427E58","source":")";
  auto const log =
      head + R"(tls","message":"secured:","cipher":"C","version":"TLSv1.3","verified":"false"})" + "\n" +
      head +
      R"(core","message":"disconnect","ip":"192.0.2.1","rdns":"h","helo":"x","relay":"N","tls":"Y","txns":1,)" +
      R"("msgs":"1/0/0","timestamp":"2026-11-23T14:47:32.200Z"})" + "\n";
  EXPECT_EQ(recognise(log), Format::haraka);
  ASSERT_EQ(read_text(log).messages().size(), 1U);
  EXPECT_EQ(read_text(log).messages()[0].tls.version, "TLSv1.3");
  EXPECT_EQ(recognise(R"({"time":1790000000,"client":"192.0.2.1","tls":"yes","uuid":)"
                      R"("3A01AF0D-1996-4C0F-B3DD-C23407427E58"})"
                      "\n"),
            Format::json_lines);
}

}  // namespace
}  // namespace postern::tests

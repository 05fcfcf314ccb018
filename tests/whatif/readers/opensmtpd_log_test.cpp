// OpenSMTPD in a system log, and its own output.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

using policy::ClientCertificate;

TEST(OpensmtpdLog, JoinsBySessionAndKnowsTls) {
  auto const read = read_text(
      "Nov 23 14:47:32 mx smtpd[1]: 9f2c000000000001 smtp connected address=192.0.2.1 host=mail.example\n"
      "Nov 23 14:47:32 mx smtpd[1]: 9f2c000000000001 smtp tls ciphers=TLSv1.3:TLS_AES_256_GCM_SHA384:256\n"
      "Nov 23 14:47:32 mx smtpd[1]: 9f2c000000000002 smtp connected address=2001:db8::7 host=<unknown>\n"
      "Nov 23 14:47:32 mx smtpd[1]: 9f2c000000000001 smtp cert-check result=\"unchecked\" "
      "fingerprint=\"SHA256:x\"\n"
      "Nov 23 14:47:32 mx smtpd[1]: 9f2c000000000001 smtp message msgid=1a2b3c4d size=1234 nrcpt=1 "
      "proto=ESMTP\n"
      "Nov 23 14:47:32 mx smtpd[1]: 9f2c000000000001 smtp envelope evpid=1 from=<a@x.example> "
      "to=<b@y.example>\n"
      "Nov 23 14:47:32 mx smtpd[1]: 9f2c000000000002 smtp disconnected reason=tls-accept-failed\n"
      "Nov 23 14:47:32 mx smtpd[1]: 9f2c000000000001 smtp disconnected reason=quit\n");
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.version, "TLSv1.3");
  EXPECT_EQ(read.messages()[0].tls.certificate, ClientCertificate::untrusted);
  EXPECT_EQ(read.messages()[0].sender, "a@x.example");
  ASSERT_EQ(read.sessions().size(), 2U);
  EXPECT_EQ(read.sessions()[0].tls.failure, "handshake failed");
}

TEST(OpensmtpdOutput, IsReadWithoutASystemLogAroundIt) {
  std::string const text =
      "info: OpenSMTPD 7.4.0 starting\n"
      "9f2c000000000001 smtp connected address=192.0.2.1 host=mail.example\n"
      "9f2c000000000001 smtp message msgid=1a2b3c4d size=1234 nrcpt=1 proto=ESMTP\n"
      "9f2c000000000001 smtp envelope evpid=1 from=<a@x.example> to=<b@y.example>\n"
      "9f2c000000000001 smtp failed-command command=\"RCPT TO:<c@z.example>\" result=\"550 Invalid "
      "recipient\"\n"
      "9f2c000000000001 smtp disconnected reason=quit\n";
  EXPECT_EQ(recognise(text), Format::opensmtpd);
  auto const read = read_text(text);
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::no);
  EXPECT_EQ(read.messages()[0].client_name, "mail.example");
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].code, 550);
}

TEST(OpensmtpdLog, LinesOfVersions60To63AreRead) {
  auto const read = read_text(
      "Mar  4 00:13:54 ix smtpd[22421]: 427e749c2e46f809 smtp event=connected address=192.0.2.53 "
      "host=mail.x.example\n"
      "Mar  4 00:13:55 ix smtpd[22421]: 427e749c2e46f809 smtp event=starttls address=192.0.2.53 "
      "host=mail.x.example "
      "ciphers=\"version=TLSv1.2, cipher=ECDHE-RSA-AES256-GCM-SHA384, bits=256\"\n"
      "Mar  4 00:13:55 ix smtpd[22421]: 427e749c2e46f809 smtp event=message address=192.0.2.53 "
      "host=mail.x.example "
      "msgid=4296f490 from=<a@x.example> to=<b@y.example> size=1746 ndest=1 proto=ESMTP\n"
      "Mar  4 00:13:56 ix smtpd[22421]: 427e749c2e46f809 smtp event=closed address=192.0.2.53 "
      "host=mail.x.example reason=quit\n");
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.version, "TLSv1.2");
  EXPECT_EQ(read.messages()[0].sender, "a@x.example");
  EXPECT_EQ(read.messages()[0].recipients, std::vector<std::string>{"b@y.example"});
  EXPECT_EQ(read.sessions().size(), 1U);
}

std::string opensmtpd_lines(std::initializer_list<char const*> texts) {
  std::string out;
  for (auto const* text : texts)
    out += "Nov 23 14:47:32 mx smtpd[7]: 427e749c2e46f809 smtp " + std::string(text) + "\n";
  return out;
}

TEST(OpensmtpdLog, AMessageBeforeStarttlsCameInPlaintext) {
  auto const read = read_text(opensmtpd_lines(
      {"connected address=[2001:db8::7] host=h.example", "message msgid=1 size=9 nrcpt=1 proto=ESMTP",
       "envelope evpid=1 from=<a@x.example> to=<b@y.example>", "tls ciphers=TLSv1.3:C:256",
       "message msgid=2 size=9 nrcpt=1 proto=ESMTP", "envelope evpid=2 from=<a@x.example> to=<b@y.example>",
       "disconnected reason=quit"}));
  ASSERT_EQ(read.messages().size(), 2U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::no);
  EXPECT_EQ(read.messages()[1].tls.used, Tristate::yes);
  EXPECT_EQ(read.messages()[0].client.print(), "2001:db8::7");
}

TEST(OpensmtpdLog, NeitherUserNorAddressDecidesWhatTheServerAnswered) {
  auto const read = read_text(opensmtpd_lines(
      {"connected address=192.0.2.1 host=h.example", "authentication user=x result=ok result=permfail",
       "failed-command command=\"RCPT TO:<\"a\\\" result=\"450 \"@y.example>\" result=\"550 Invalid "
       "recipient\"",
       "message msgid=1 size=9 nrcpt=1 proto=ESMTP", "envelope evpid=1 from=<a@x.example> to=<b@y.example>",
       "disconnected reason=\"io-error: error:0A000102:SSL routines::unsupported protocol\""}));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].origin, Origin::outside);
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].code, 550);
  EXPECT_EQ(read.sessions()[0].tls.failure, "unsupported protocol");
}

}  // namespace
}  // namespace postern::tests

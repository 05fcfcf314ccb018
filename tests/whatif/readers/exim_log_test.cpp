// Exim's main log.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

using policy::ClientCertificate;

TEST(EximLog, FormsOfReception) {
  auto const read = read_text(
      "2024-09-07 01:34:11 1smkL5-00000000e65-24eQ <= a@x.example H=(v26) [43.6.92.12] P=esmtps "
      "X=TLS1.3:ECDHE_X25519__RSA_PSS:256 CV=no S=1 for b@dest.test c@dest.test\n"
      "2024-09-07 01:34:12 +0200 [99] 1smkL5-000001-AA <= b@x.example H=rdns.example (helo) [192.0.2.1]:4711 "
      "I=[192.0.2.25]:25 P=esmtps X=TLS1.0:DHE_RSA_AES_256_CBC_SHA1:32 CV=yes DN=\"CN=a P=esmtp H=(x) "
      "[1.2.3.4]\" S=1\n"
      "2024-09-07 01:34:13 1smkL5-000002-AA <= c@x.example H=h.example [2001:db8::1] P=esmtp S=1\n"
      "2024-09-07 01:34:14 1smkL5-000003-AA <= <> H=h.example [192.0.2.2] P=smtp S=1\n"
      "2024-09-07 01:34:15 1smkL5-000004-AA <= d@x.example U=root P=local S=1\n"
      "2024-09-07 01:34:16 1smkL5-000005-AA <= e@x.example H=h.example [192.0.2.3] P=esmtpsa "
      "X=TLS1.2:ECDHE:256 CV=no A=plain:e S=1\n"
      "2024-09-07 01:34:17 1smkL5-000006-AA <= f@x.example H=h.example [192.0.2.4] P=esmtps "
      "X=TLSv1.2:ECDHE-RSA-AES256-GCM-SHA384:256* CV=no S=1\n"
      "2024-09-07 01:34:18 1smkL5-000006-AA => b@dest.test R=r T=t H=mx [192.0.2.5] X=TLS1.3:x:256\n"
      "2024-09-07 01:34:19 TLS error on connection from h.example [192.0.2.6] (SSL_accept): "
      "error:0A000102:SSL routines::unsupported protocol\n"
      "2024-09-07 01:34:20 TLS error on connection from h.example [192.0.2.7] (recv): The TLS connection was "
      "non-properly terminated.\n"
      "2024-09-07 01:34:21 H=(s) [192.0.2.8] F=<s@x.example> temporarily rejected RCPT <b@dest.test>: "
      "greylisted\n",
      Format::exim);
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 7U);
  EXPECT_EQ(messages[0].tls.version, "TLSv1.3");
  EXPECT_EQ(messages[0].helo, "v26");
  EXPECT_TRUE(messages[0].client_name.empty());
  EXPECT_EQ(messages[0].recipients.size(), 2U);
  EXPECT_EQ(messages[1].client_name, "rdns.example");
  EXPECT_EQ(messages[1].client.print(), "192.0.2.1");
  EXPECT_EQ(messages[1].tls.version, "TLSv1");
  EXPECT_EQ(messages[1].tls.certificate, ClientCertificate::trusted);
  EXPECT_EQ(print_iso8601(messages[1].at), "2024-09-06T23:34:12.000Z");
  EXPECT_EQ(messages[2].tls.used, Tristate::no);
  EXPECT_EQ(messages[3].tls.used, Tristate::no);
  EXPECT_EQ(messages[4].origin, Origin::local);
  EXPECT_EQ(messages[5].origin, Origin::authenticated);
  EXPECT_EQ(messages[6].tls.version, "TLSv1.2");
  ASSERT_EQ(read.sessions().size(), 1U);
  EXPECT_EQ(read.sessions()[0].tls.failure, "unsupported protocol");
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].outcome, policy::Outcome::deferred);
}

}  // namespace
}  // namespace postern::tests

// sendmail in a system log.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

using policy::ClientCertificate;

TEST(SendmailLog, TheProtocolTellsOfTlsAndTheStarttlsLineHow) {
  auto const read = read_text(
      "Nov 23 14:47:32 mx sm-mta[7]: STARTTLS=server, relay=mail.example [192.0.2.1], version=TLSv1.3, "
      "verify=NO, cipher=TLS_AES_256_GCM_SHA384, bits=256/256\n"
      "Nov 23 14:47:33 mx sm-mta[7]: 221820LG031423: from=<a@x.example>, size=9, class=0, nrcpts=1, "
      "msgid=<m>, proto=ESMTPS, daemon=MTA-v4, relay=mail.example [192.0.2.1]\n"
      "Nov 23 14:47:34 mx sm-mta[8]: 221820LG031424: from=<b@y.example>, size=9, class=0, nrcpts=1, "
      "msgid=<m>, bodytype=8BITMIME, proto=ESMTP, daemon=MTA-v4, relay=[192.0.2.2] (may be forged)\n"
      "Nov 23 14:47:35 mx sendmail[9]: 221820LG031425: from=root, size=9, class=0, nrcpts=1, msgid=<m>, "
      "relay=root@localhost\n"
      "Nov 23 14:47:36 mx sm-mta[10]: STARTTLS=server, error: accept failed=-1, reason=unsupported protocol, "
      "SSL_error=1, errno=0, retry=-1, relay=old.example [192.0.2.3]\n"
      "Nov 23 14:47:37 mx sm-mta[11]: 221820LG031426: ruleset=check_rcpt, arg1=<x@y>, relay=h [192.0.2.4], "
      "reject=550 5.7.1 <x@y>... Relaying denied\n"
      "Nov 23 14:47:37 mx sm-mta[11]: 221820LG031426: from=<c@y.example>, size=0, class=0, nrcpts=0, "
      "proto=ESMTP, daemon=MTA-v4, relay=h [192.0.2.4]\n"
      "Nov 23 14:47:38 mx sm-mta[12]: 221820LG031427: STARTTLS=server, relay=z.example [192.0.2.5], "
      "version=TLSv1.2, verify=FAIL, cipher=C, bits=256/256\n"
      "Nov 23 14:47:39 mx sm-mta[12]: 221820LG031427: from=<d@z.example>, size=9, class=0, nrcpts=1, "
      "msgid=<m>, proto=ESMTPS, daemon=MTA, relay=z.example [192.0.2.5]\n");
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[0].tls.version, "TLSv1.3");
  EXPECT_EQ(messages[0].tls.certificate, ClientCertificate::none);
  EXPECT_EQ(messages[0].client_name, "mail.example");
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(messages[2].origin, Origin::local);
  EXPECT_EQ(messages[3].tls.certificate, ClientCertificate::untrusted);
  EXPECT_EQ(read.refused().size(), 1U);
  auto const answer = replay_all(read.all);
  EXPECT_EQ(answer.messages, 3U);
  EXPECT_EQ(answer.failed_handshakes, 1U);
}

}  // namespace
}  // namespace postern::tests

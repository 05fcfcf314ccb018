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

TEST(SendmailLog, EsmtpUnderStarttlsIsOverTls) {
  auto const read = read_text(
      "Nov 23 14:47:32 mx sm-mta[7]: STARTTLS=server, relay=mail.example [192.0.2.1], version=TLSv1.3, "
      "verify=NO, cipher=C, bits=256/256\n"
      "Nov 23 14:47:33 mx sm-mta[7]: 221820LG031423: from=<a@x.example>, size=9, class=0, nrcpts=1, "
      "msgid=<m>, "
      "proto=ESMTP, daemon=MTA, relay=mail.example [192.0.2.1]\n"
      "Nov 23 14:47:34 mx sm-mta[7]: 221820LG031424: from=<b@x.example>, size=9, class=0, nrcpts=1, "
      "msgid=<m>, "
      "proto=ESMTP, daemon=MTA, relay=other.example [192.0.2.9]\n");
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].tls.version, "TLSv1.3");
  EXPECT_EQ(messages[1].tls.used, Tristate::no) << "the process has gone on to another client";
}

TEST(SendmailLog, WhatAMilterSaysOfTheContentCounts) {
  std::string text;
  for (char const id : {'1', '2', '3', '4'})
    text += std::string("Nov 23 14:47:32 mx sm-mta[7]: 22182000000000") + id +
            ": from=<a@x.example>, size=9, class=0, nrcpts=1, msgid=<m>, proto=ESMTP, daemon=MTA, relay=h "
            "[192.0.2.1]\n";
  text +=
      "Nov 23 14:47:33 mx sm-mta[7]: 221820000000001: Milter: data, reject=550 5.7.1 Blocked\n"
      "Nov 23 14:47:33 mx sm-mta[7]: 221820000000002: milter=spamass, action=eom, tempfail\n"
      "Nov 23 14:47:33 mx sm-mta[7]: 221820000000003: Milter: data, discard\n"
      "Nov 23 14:47:34 mx sm-mta[8]: 221820000000003: to=<b@y.example>, stat=Sent\n"
      "Nov 23 14:47:34 mx sm-mta[8]: 221820000000004: to=<b@y.example>, stat=Sent\n";
  auto const read = read_text(text);
  ASSERT_EQ(read.messages().size(), 2U);
  EXPECT_EQ(read.messages()[0].wanted, Wanted::unwanted);
  EXPECT_EQ(read.messages()[1].wanted, Wanted::unknown);
  ASSERT_EQ(read.refused().size(), 2U);
  EXPECT_EQ(read.refused()[0].outcome, policy::Outcome::refused);
  EXPECT_EQ(read.refused()[1].outcome, policy::Outcome::deferred);
}

TEST(SendmailLog, NothingThatASenderChoosesStandsForAnotherField) {
  auto const read = read_text(
      "Nov 23 14:47:33 mx sm-mta[7]: 221820LG031423: from=<\", nrcpts=0, proto=ESMTPS, relay=evil "
      "[10.0.0.1]\"@x.example>, "
      "size=9, class=0, nrcpts=1, msgid=<, proto=ESMTPS, daemon=MSA, relay=evil [127.0.0.1]>, proto=ESMTP, "
      "daemon=MTA, relay=IDENT:x[10.0.0.2]@mail.example [192.0.2.1]\n");
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].client.print(), "192.0.2.1");
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::no);
  EXPECT_EQ(read.messages()[0].origin, Origin::outside);
}

TEST(FortimailLog, IsSendmailsWordsInAFormOfItsOwn) {
  std::string const begin =
      "date=2026-11-23 time=18:33:36.601 device_id=FE1 log_id=0003007110 type=event subtype=smtp "
      "pri=information session_id=\"13K-13L\" msg=";
  auto const text = begin +
                    "\"STARTTLS=server, relay=h.example [192.0.2.1], version=TLSv1.2, verify=NO, cipher=C, "
                    "bits=256/256\"\n" +
                    begin +
                    "\"from=<a@x.example>, size=1234, class=0, nrcpts=1, msgid=<1@x>, proto=ESMTP, "
                    "daemon=SMTP_MTA, relay=h.example [192.0.2.1]\"\n"
                    "date=2026-11-23 time=18:33:37 device_id=FE1 log_id=0200 type=statistics pri=information "
                    "session_id=\"13K-13L\" classifier=\"FortiGuard AntiSpam\" disposition=\"Quarantine\"\n";
  EXPECT_EQ(recognise(text), Format::fortimail);
  auto const read = read_text(text);
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.version, "TLSv1.2");
  EXPECT_EQ(read.messages()[0].wanted, Wanted::unwanted);
}

TEST(SendmailLog, WhoSaysEsmtpsMeansPlaintextByEsmtp) {
  auto const read = read_text(
      "Nov 23 10:00:00 mx sm-mta[100]: STARTTLS=server, relay=h.example [192.0.2.1], version=TLSv1.3, "
      "verify=NO, cipher=C, bits=256/256\n"
      "Nov 23 10:00:01 mx sm-mta[100]: 221820000000001: from=<a@x.example>, size=9, class=0, nrcpts=1, "
      "msgid=<m>, proto=ESMTPS, daemon=MTA, relay=h.example [192.0.2.1]\n"
      "Nov 23 10:30:01 mx sm-mta[100]: 221820000000002: from=<a@x.example>, size=9, class=0, nrcpts=1, "
      "msgid=<m>, proto=ESMTP, daemon=MTA, relay=h.example [192.0.2.1]\n");
  ASSERT_EQ(read.messages().size(), 2U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::yes);
  EXPECT_EQ(read.messages()[1].tls.used, Tristate::no) << "a process id has come again";
}

std::string sendmail_from(std::string const& id, std::string const& more) {
  return "Nov 23 14:47:33 mx sm-mta[7]: " + id + ": from=<a@x.example>, " + more +
         ", proto=ESMTP, daemon=MTA, relay=h.example [192.0.2.1]\n";
}

TEST(SendmailLog, AllMessagesOfASessionCameOverTheTlsOfItsFirst) {
  auto const read = read_text(
      "Nov 23 14:47:32 mx sm-mta[7]: 221820000000001: STARTTLS=server, relay=h.example [192.0.2.1], "
      "version=TLSv1.3, verify=NO, cipher=C, bits=256/256\n" +
      sendmail_from("221820000000001", "size=9, class=0, nrcpts=1, msgid=<1>") +
      sendmail_from("221820000000002", "size=9, class=0, nrcpts=1, msgid=<2>"));
  ASSERT_EQ(read.messages().size(), 2U);
  for (auto const& message : read.messages()) EXPECT_EQ(message.tls.version, "TLSv1.3");
}

TEST(SendmailLog, ALogInWithoutTheQueueIdThatItsStarttlsLineHasCounts) {
  auto const read = read_text(
      "Nov 23 14:47:32 mx sm-mta[7]: 221820000000001: STARTTLS=server, relay=h.example [192.0.2.1], "
      "version=TLSv1.3, verify=NO, cipher=C, bits=256/256\n"
      "Nov 23 14:47:32 mx sm-mta[7]: AUTH=server, relay=h.example [192.0.2.1], authid=u, mech=PLAIN, "
      "bits=0\n" +
      sendmail_from("221820000000001", "size=9, class=0, nrcpts=1, msgid=<1>"));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].origin, Origin::authenticated);
}

TEST(SendmailLog, WhatAClientGivesUpWasNotTaken) {
  std::string const head = "Nov 23 14:47:32 mx sm-mta[7]: ";
  auto const read =
      read_text(head + "221820000000001: collect: premature EOM: unexpected close\n" +
                sendmail_from("221820000000001", "size=3311, class=0, nrcpts=1") + head +
                "221820000000002: lost input channel from h.example [192.0.2.1] to MTA after rcpt\n" +
                sendmail_from("221820000000002", "size=0, class=0, nrcpts=1") +
                sendmail_from("221820000000003", "size=0, class=0, nrcpts=1") +
                sendmail_from("221820000000004", "size=0, class=0, nrcpts=1") + head +
                "221820000000004: to=<b@y.example>, delay=00:00:00, stat=Sent\n" +
                sendmail_from("221820000000005", "size=9, class=0, nrcpts=1"));
  EXPECT_EQ(read.messages().size(), 2U) << "one that was delivered, and one that has a size";
}

TEST(SendmailLog, AMessageOfWhichNoRecipientIsKnownWasRefused) {
  auto const read =
      read_text("Nov 23 14:47:32 mx sm-mta[7]: 221820000000001: <nobody@y.example>... User unknown\n" +
                sendmail_from("221820000000001", "size=0, class=0, nrcpts=0"));
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].code, 550);
}

TEST(FortimailLog, MessagesOfASessionShareTheFirstPartOfItsId) {
  std::string const head =
      "date=2026-11-23 time=18:33:36.601 device_id=FE1 log_id=0003007110 type=event subtype=smtp "
      "pri=information session_id=";
  std::string text =
      head +
      "\"13K-13L\" msg=\"STARTTLS=server, relay=h.example [192.0.2.1], version=TLSv1.2, verify=NO, cipher=C, "
      "bits=256/256\"\n";
  for (auto const* id : {"13K-13L", "13K-13M"})
    text += head + "\"" + id +
            "\" msg=\"from=<a@x.example>, size=1234, class=0, nrcpts=1, msgid=<1@x>, proto=ESMTP, "
            "daemon=SMTP_MTA, relay=h.example [192.0.2.1]\"\n";
  ASSERT_EQ(read_text(text).messages().size(), 2U);
  for (auto const& message : read_text(text).messages()) EXPECT_EQ(message.tls.used, Tristate::yes);
}

TEST(SendmailLog, NoTextOfAHeaderOrOfAnAddressIsAMiltersVerdict) {
  for (std::string const said :
       {"Milter change: header Subject: from hello, reject=550 x to [EXT] hello, reject=550 x",
        "Milter add: header: Subject: hello, discard", "Milter insert (1): header: X: a, quarantine=b",
        "Milter delete: header X: a, tempfail", "Milter (x): header Y, reject=550 5.7.1 z",
        "Milter: helo=x, reject=550 5.7.1 z", "milter=x, action=eom, continue"}) {
    auto const read = read_text(
        "Nov 23 14:47:32 mx sm-mta[7]: 221820000000001: from=<a@x.example>, size=9, class=0, nrcpts=1, "
        "msgid=<m>, proto=ESMTP, daemon=MTA, relay=h [192.0.2.1]\n"
        "Nov 23 14:47:33 mx sm-mta[7]: 221820000000001: " +
        said +
        "\n"
        "Nov 23 14:47:34 mx sm-mta[8]: 221820000000001: to=<b@y.example>, stat=Sent\n");
    ASSERT_EQ(read.messages().size(), 1U) << said;
    EXPECT_EQ(read.messages()[0].wanted, Wanted::unknown) << said;
  }
}

TEST(SendmailLog, AMiltersVerdictStandsBehindTheAddress) {
  for (auto const& [said, code] : std::vector<std::pair<std::string, int>>{
           {"Milter: to=<\", tempfail\"@y.example>, reject=550 5.7.1 No", 550},
           {"milter=m, action=rcpt, tempfail", 451},
           {"milter=m, reject=553 5.7.1 No", 553}}) {
    auto const read = read_text(
        "Nov 23 14:47:32 mx sm-mta[7]: 221820000000001: " + said +
        "\n"
        "Nov 23 14:47:33 mx sm-mta[7]: 221820000000001: from=<a@x.example>, size=0, class=0, nrcpts=0, "
        "proto=ESMTP, daemon=MTA, relay=h [192.0.2.1]\n");
    ASSERT_EQ(read.refused().size(), 1U) << said;
    EXPECT_EQ(read.refused()[0].code, code) << said;
  }
}

TEST(SendmailLog, ProofpointsFieldsTellTls) {
  auto const message = [](std::string const& id, std::string const& tls) {
    return "Nov 23 14:47:32 mx queued-ser[7]: " + id +
           ": from=<a@x.example>, size=9, class=0, nrcpts=1, msgid=<m, tls_version=TLSv1.1, x>, proto=ESMTP, "
           "daemon=MTA" +
           tls + ", relay=h [192.0.2.1]\n";
  };
  auto const read =
      read_text(message("62IM6FMg026101", ", tls_verify=OK, tls_version=TLSv1.2, cipher=C, auth=NONE") +
                message("62IM6FMg026102", ", tls_verify=NONE, tls_version=NONE, cipher=NONE, auth=NONE") +
                message("62IM6FMg026103", "") +
                "Nov 23 14:47:32 mx queued-ser[7]: from=<a@x.example> is no line of sendmail's form\n");
  ASSERT_EQ(read.messages().size(), 3U);
  EXPECT_EQ(read.messages()[0].tls.version, "TLSv1.2");
  EXPECT_EQ(read.messages()[0].tls.certificate, policy::ClientCertificate::trusted);
  EXPECT_EQ(read.messages()[1].tls.used, Tristate::no);
  EXPECT_EQ(read.messages()[2].tls.used, Tristate::no);
  EXPECT_EQ(read.messages()[2].tls.version, "");
}

}  // namespace
}  // namespace postern::tests

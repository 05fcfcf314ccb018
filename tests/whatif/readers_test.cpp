// The other servers' logs, and the forms around them: the lines are those of docs/whatif.md's sources.
#include <gtest/gtest.h>

#include "support.hpp"
#include "whatif/readers/log_line.hpp"

namespace postern::tests {
namespace {

using policy::ClientCertificate;

TEST(LogTime, YearsFollowFromTheReferenceAndGoOnOverNewYear) {
  LogClock clock(from_micros(seconds_of(2026, 1, 20, 0, 0, 0) * 1'000'000), {});
  for (auto const& [text, expected] :
       {std::pair<std::string_view, std::string_view>{"Dec 30 23:59:59 x", "2025-12-30T23:59:59.000Z"},
        {"Dec 31 23:59:59 x", "2025-12-31T23:59:59.000Z"},
        {"Jan  1 00:00:01 x", "2026-01-01T00:00:01.000Z"},
        {"Dec 31 23:59:58 x", "2025-12-31T23:59:58.000Z"},  // a late line
        {"Jan 19 08:00:00 x", "2026-01-19T08:00:00.000Z"}}) {
    auto rest = text;
    auto const at = clock.take_rfc3164(rest);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(print_iso8601(*at), expected);
    EXPECT_EQ(rest, " x");
  }
}

TEST(LogTime, IsoTimesWithAndWithoutFractionAndZone) {
  LogClock clock(reference, std::chrono::hours(2));
  for (auto const& [text, expected] : {std::pair<std::string_view, std::string_view>{
                                           "2026-11-23T14:47:30.123456+01:00", "2026-11-23T13:47:30.123Z"},
                                       {"2026-11-23T14:47:30Z", "2026-11-23T14:47:30.000Z"},
                                       {"2026-11-23 14:47:30.5 -0130", "2026-11-23T16:17:30.500Z"},
                                       {"2026-11-23 14:47:30", "2026-11-23T12:47:30.000Z"}}) {
    auto rest = text;
    auto const at = clock.take_iso(rest);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(print_iso8601(*at), expected) << text;
    EXPECT_TRUE(rest.empty()) << rest;
  }
}

TEST(LogLine, AllFormsOfSystemLogs) {
  LogClock clock(reference, {});
  for (std::string_view const line :
       {"Nov 23 14:47:32 mx postfix/smtpd[9290]: connect from x",
        "<22>Nov 23 14:47:32 mx postfix/smtpd[9290]: connect from x",
        "<22>1 2026-11-23T14:47:32Z mx postfix/smtpd 9290 - - connect from x",
        "<22>1 2026-11-23T14:47:32Z mx postfix/smtpd 9290 ID1 [a b=\"]\"][c d=\"e\"] connect from x",
        "2026-11-23T14:47:32.000000+00:00 mx postfix/smtpd[9290]: connect from x",
        "mailserver  | Nov 23 14:47:32 mx postfix/smtpd[9290]: connect from x",
        "Nov 23 14:47:32 mx postfix/smtpd[9290]: [ID 197553 mail.info] connect from x"}) {
    LogLine parsed;
    ASSERT_TRUE(parse_log_line(line, clock, parsed)) << line;
    EXPECT_EQ(parsed.program, "postfix/smtpd") << line;
    EXPECT_EQ(parsed.pid, 9290U) << line;
    EXPECT_EQ(parsed.text, "connect from x") << line;
    EXPECT_EQ(print_iso8601(parsed.at), "2026-11-23T14:47:32.000Z") << line;
  }
  LogLine bare, none, named;
  EXPECT_TRUE(parse_log_line("postfix/smtpd[9290]: connect from x", clock, bare));
  EXPECT_FALSE(parse_log_line("nothing of the kind", clock, none));
  EXPECT_TRUE(parse_log_line("Nov 23 14:47:32 mx smtpd: client=[192.0.2.1]", clock, named));
  EXPECT_EQ(named.program, "smtpd");
  EXPECT_EQ(named.text, "client=[192.0.2.1]");
}

TEST(Journal, EntriesWithTextAndBinaryFields) {
  std::string text =
      "__REALTIME_TIMESTAMP=1795445252000000\nSYSLOG_IDENTIFIER=postfix/smtpd\n_PID=7\nMESSAGE=connect from "
      "h[192.0.2.9]\n\n";
  text +=
      "__REALTIME_TIMESTAMP=1795445252000001\nSYSLOG_IDENTIFIER=postfix/smtpd\n_PID=7\nMESSAGE=AAAAA1: "
      "client=h[192.0.2.9]\n\n";
  std::string const message = "AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)";
  text += "SYSLOG_IDENTIFIER=postfix/qmgr\nMESSAGE\n" + std::string(1, static_cast<char>(message.size())) +
          std::string(7, '\0') + message + "\n\n";
  text +=
      "SYSLOG_IDENTIFIER=postfix/smtpd\nSYSLOG_PID=7\nMESSAGE=disconnect from h[192.0.2.9] ehlo=1 mail=1 "
      "commands=4\n";
  for (std::size_t const piece : {text.size(), std::size_t{1}, std::size_t{13}}) {
    auto const messages = read_text(text, {}, {}, piece).messages();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].sender, "a@b.example");
    EXPECT_EQ(messages[0].tls.used, Answered::no);
    EXPECT_EQ(to_micros(messages[0].at), 1'795'445'252'000'001);
  }
}

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
  EXPECT_EQ(messages[2].tls.used, Answered::no);
  EXPECT_EQ(messages[3].tls.used, Answered::no);
  EXPECT_EQ(messages[4].origin, Origin::local);
  EXPECT_EQ(messages[5].origin, Origin::authenticated);
  EXPECT_EQ(messages[6].tls.version, "TLSv1.2");
  ASSERT_EQ(read.sessions().size(), 1U);
  EXPECT_EQ(read.sessions()[0].tls.failure, "unsupported protocol");
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].outcome, policy::Outcome::deferred);
}

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
  EXPECT_EQ(messages[1].tls.used, Answered::no);
  EXPECT_EQ(messages[2].origin, Origin::local);
  EXPECT_EQ(messages[3].tls.certificate, ClientCertificate::untrusted);
  EXPECT_EQ(read.refused().size(), 1U);
  auto const answer = replay_all(read.all);
  EXPECT_EQ(answer.messages, 3U);
  EXPECT_EQ(answer.failed_handshakes, 1U);
}

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
  EXPECT_EQ(messages[1].tls.used, Answered::no);
  EXPECT_EQ(read.refused().size(), 1U);
  ASSERT_EQ(read.sessions().size(), 3U);
  EXPECT_EQ(read.sessions()[2].tls.failure, "handshake failed");
}

TEST(ExchangeLog, JoinsBySessionId) {
  std::string const begin = "2023-01-11T16:00:01.010Z,HOST\\Default Frontend HOST,";
  std::string const ends = ",10.10.10.10:25,95.10.20.33:56026,";
  std::string text =
      "#Software: Microsoft Exchange Server\r\n#Fields: "
      "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,"
      "context\r\n";
  auto const line = [&](std::string const& session, std::string const& rest) {
    text += begin + session + ",1" + ends + rest + "\r\n";
  };
  line("S1", "+,,");
  line("S2", "+,,");
  line("S1", "<,EHLO mail.x.example,");
  line("S1", "<,STARTTLS,");
  line("S1",
       "*,,\"TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using bulk encryption algorithm "
       "CALG_AES_128 with strength 128 bits\"");
  line("S1", "<,MAIL FROM:<a@x.example> SIZE=99,");
  line("S2", "<,MAIL FROM:<s@y.example>,");
  line("S1", ">,250 2.1.0 Sender OK,");
  line("S2", ">,250 2.1.0 Sender OK,");
  line("S1", "<,RCPT TO:<b@z.example>,");
  line("S1", ">,250 2.1.5 Recipient OK,");
  line("S2", "<,RCPT TO:<nobody@z.example>,");
  line("S2", ">,550 5.1.10 RESOLVER.ADR.RecipientNotFound,");
  line("S1", "<,DATA,");
  line("S1", ">,354 Start mail input; end with <CRLF>.<CRLF>,");
  line("S1", ">,\"250 2.6.0 <m@x.example> [InternalId=1, Hostname=h] Queued mail for delivery\",");
  line("S1", "-,,Remote");
  line("S2", "-,,Remote");
  auto const read = read_text(text);
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.version, "TLSv1.2");
  EXPECT_EQ(read.messages()[0].sender, "a@x.example");
  EXPECT_EQ(read.messages()[0].client.print(), "95.10.20.33");
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].tls.used, Answered::no);
}

TEST(KumomtaLog, NoTlsFieldsMeanPlaintextOnlyWhenTheFileHasThem) {
  auto const record = [](std::string const& sender, std::string const& tls) {
    return "{\"type\":\"Reception\",\"id\":\"1\",\"sender\":\"" + sender +
           "\",\"recipient\":[\"b@y.example\"],\"peer_address\":{\"name\":\"mail.example\",\"addr\":\"192.0."
           "2.1\"},\"timestamp\":1795445252,\"reception_protocol\":\"ESMTP\"" +
           tls + "}\n";
  };
  auto const bare = record("a@x.example", "");
  EXPECT_EQ(read_text(bare).messages().at(0).tls.used, Answered::unknown);
  auto const both =
      read_text(bare +
                record("c@x.example",
                       ",\"tls_cipher\":\"TLS13_AES_256_GCM_SHA384\",\"tls_protocol_version\":\"TLSv1_3\","
                       "\"tls_peer_subject_name\":[]") +
                "{\"type\":\"Delivery\",\"peer_address\":{\"name\":\"x\",\"addr\":\"192.0.2.9\"}}\n")
          .messages();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].tls.used, Answered::no);
  EXPECT_EQ(both[1].tls.version, "TLSv1.3");
}

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

TEST(LineSource, LinesTooLongAndBinaryJunkAreCountedAndPassedOver) {
  std::string text = "Nov 23 14:47:32 mx postfix/smtpd[1]: connect from h[192.0.2.9]\n" +
                     std::string(100'000, 'x') + "\n" + std::string("\0\1\2\xFF\xFE\n", 6) +
                     "Nov 23 14:47:32 mx postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]\nNov 23 14:47:32 mx "
                     "postfix/qmgr[2]: AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)\nNov 23 "
                     "14:47:32 mx postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 commands=4";
  for (std::size_t const piece : {text.size(), std::size_t{1}, std::size_t{4096}}) {
    auto const read = read_text(text, Format::system_log, {}, piece);
    EXPECT_EQ(read.messages().size(), 1U);
    EXPECT_EQ(read.stats.skipped, 2U);
    EXPECT_EQ(read.stats.examples.size(), 2U);
    EXPECT_EQ(read.stats.lines, 6U);
  }
}

TEST(Recognise, ByContent) {
  EXPECT_EQ(recognise("SQLite format 3\0rest"), Format::facts);
  EXPECT_EQ(recognise("From a@x.example Mon Nov 23 14:47:32 2026\nReceived: x\n"), Format::mbox);
  EXPECT_EQ(recognise("Return-Path: <a@x.example>\r\nReceived: from x\r\n"), Format::message);
  EXPECT_EQ(recognise("time,client,tls\n"), Format::csv);
  EXPECT_EQ(recognise("{\"time\":1}\n"), Format::json_lines);
  EXPECT_EQ(recognise("2026-11-23 14:49:10 exim 4.96 daemon started: pid=9701, -q30m\n"), Format::exim);
  EXPECT_EQ(recognise("2026-11-23T14:49:10+01:00 mx postfix/smtpd[1]: connect from x[1.2.3.4]\n"),
            Format::system_log);
  EXPECT_FALSE(recognise(std::string(1000, '\xE9')));
  EXPECT_FALSE(recognise("# A page\nNote: some text\nSee: more of it\n"));
  EXPECT_FALSE(recognise(""));
}

}  // namespace
}  // namespace postern::tests

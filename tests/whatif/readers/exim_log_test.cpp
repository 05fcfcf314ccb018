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

Collected read_exim(std::initializer_list<std::string_view> lines) {
  std::string text;
  for (auto const line : lines) text += "2024-09-07 01:34:11 " + std::string(line) + "\n";
  return read_text(text, Format::exim);
}

Reception only_exim_message(std::string const& text) {
  auto const messages = read_exim({"1smkL5-00000000e65-24eQ <= " + text}).messages();
  EXPECT_EQ(messages.size(), 1U) << text;
  return messages.empty() ? Reception() : messages[0];
}

// An address in the HELO's parentheses is what the client says of itself.
TEST(EximLog, TheClientIsTheAddressBehindTheHeloName) {
  struct Form {
    char const *host, *client, *name, *helo;
  };
  for (auto const& form : std::initializer_list<Form>{
           {"([127.0.0.1]) [192.0.2.1]", "192.0.2.1", "", "[127.0.0.1]"},
           {"mail.example ([10.1.2.3]) [192.0.2.1]:4711", "192.0.2.1", "mail.example", "[10.1.2.3]"},
           {"([192.168.1.5.]) [192.0.2.1] I=[192.0.2.25]:25", "192.0.2.1", "", "[192.168.1.5.]"},
           {"([IPv6:2001:db8::7]) [2001:db8::1]", "2001:db8::1", "", "[IPv6:2001:db8::7]"},
           {"mail.example [192.0.2.1] I=[192.0.2.25]:25", "192.0.2.1", "mail.example", ""},
           {"[192.0.2.1]:99", "192.0.2.1", "", ""},
           {"(x) [192.0.2.1] U=ident", "192.0.2.1", "", "x"},
           {"(x) [203.0.113.200] P=esmtps X=TLS1.3:C:256 (y) [192.0.2.1]", "192.0.2.1", "",
            "x) [203.0.113.200] P=esmtps X=TLS1.3:C:256 (y"}}) {
    auto const message =
        only_exim_message("a@x.example H=" + std::string(form.host) + " P=esmtp S=1 id=m@x.example");
    ASSERT_TRUE(message.has_client) << form.host;
    EXPECT_EQ(message.client.print(), form.client) << form.host;
    EXPECT_EQ(message.client_name, form.name) << form.host;
    EXPECT_EQ(message.helo, form.helo);
    EXPECT_EQ(message.tls.used, Tristate::no) << form.host;
    EXPECT_EQ(message.origin, Origin::outside) << form.host;
  }
}

// What a sender may write: the local part, the names in a certificate, the Message-ID, the subject.
TEST(EximLog, WhatTheSenderWritesIsNoField) {
  std::string const host = " H=mail.example (helo) [192.0.2.1] P=esmtp S=1";
  for (auto const& text :
       {"\"a H=(x) [203.0.113.9] P=esmtps X=TLS1.3:C:256\"@x.example" + host,
        "\"a b\\\" H=x [203.0.113.9]\"@x.example" + host,
        "a@x.example" + host + " id=\"x) [203.0.113.9] A=plain:u X=TLS1.3:C:256\"@x.example",
        "a@x.example" + host + " id=m@x.example T=\"P=esmtpsa \\\" (x) [203.0.113.9] for b@other.test\"",
        "a@x.example" + host + " id=m@x.example from <\"a) [203.0.113.9]\"@x.example> for c@dest.test"}) {
    auto const message = only_exim_message(text);
    EXPECT_EQ(message.client.print(), "192.0.2.1") << text;
    EXPECT_EQ(message.tls.used, Tristate::no) << text;
    EXPECT_EQ(message.origin, Origin::outside) << text;
    for (auto const& recipient : message.recipients) EXPECT_EQ(recipient, "c@dest.test") << text;
  }
  auto const certificate = only_exim_message(
      "a@x.example H=mail.example (helo) [192.0.2.1] P=esmtps X=TLS1.2:C:256 CV=no DN=\"CN=a\" A=plain:u "
      "H=(x) "
      "[203.0.113.9]\" S=1 id=m@x.example");
  EXPECT_EQ(certificate.client.print(), "192.0.2.1");
  EXPECT_EQ(certificate.origin, Origin::outside);
  EXPECT_EQ(certificate.tls.certificate, ClientCertificate::untrusted);
}

TEST(EximLog, ASendersQuotedLocalPartMayHoldBlanks) {
  auto const message = only_exim_message(
      "\"name with spaces\"@example.org H=mail.example.org [192.0.2.66] P=esmtps X=TLS1.3:C:256 S=15813");
  EXPECT_EQ(message.sender, "\"name with spaces\"@example.org");
  EXPECT_EQ(message.tls.used, Tristate::yes);
}

TEST(EximLog, TheProtocolTellsOfTlsAndOfWhoseMailItIs) {
  struct Protocol {
    char const* word;
    Tristate tls;
    Origin origin;
  };
  for (auto const& protocol :
       std::initializer_list<Protocol>{{"smtp", Tristate::no, Origin::outside},
                                       {"esmtp L-", Tristate::no, Origin::outside},
                                       {"smtps", Tristate::yes, Origin::outside},
                                       {"ssmtp", Tristate::yes, Origin::outside},
                                       {"esmtps L.", Tristate::yes, Origin::outside},
                                       {"utf8esmtps", Tristate::yes, Origin::outside},
                                       {"utf8esmtp", Tristate::no, Origin::outside},
                                       {"esmtpa", Tristate::no, Origin::authenticated},
                                       {"asmtp", Tristate::no, Origin::authenticated},
                                       {"esmtpsa", Tristate::yes, Origin::authenticated},
                                       {"utf8esmtpsa", Tristate::yes, Origin::authenticated},
                                       {"scanned-ok", Tristate::unknown, Origin::local},
                                       {"local-esmtp", Tristate::unknown, Origin::local}}) {
    auto const message =
        only_exim_message("a@x.example H=(h) [192.0.2.1] P=" + std::string(protocol.word) + " S=1");
    EXPECT_EQ(message.tls.used, protocol.tls) << protocol.word;
    EXPECT_EQ(message.origin, protocol.origin) << protocol.word;
  }
}

TEST(EximLog, ALineWithoutAnIdIsNoReception) {
  EXPECT_TRUE(
      read_exim({"H=(a <= b@x.example H=(c) [192.0.2.1] P=esmtp) [192.0.2.2] rejected EHLO or HELO x: y",
                 "a <= b@x.example H=(c) [192.0.2.1] P=esmtp S=1"})
          .messages()
          .empty());
}

TEST(EximLog, LaterPartsOfALineThatSyslogSplitAreNone) {
  std::string text;
  for (auto const* part : {"[1/2] 1smkL5-000001-AA <= a@x.example H=(h) [192.0.2.1] P=esmtp S=1",
                           "[2/2] 1smkL5-000002-AA <= b@x.example H=(h) [192.0.2.2] P=esmtp S=1"})
    text += "Nov 23 14:47:32 mx exim[7]: " + std::string(part) + "\n";
  EXPECT_EQ(read_text(text, Format::system_log).messages().size(), 1U);
}

TEST(EximLog, RejectionsOfAllKinds) {
  auto const read = read_exim(
      {"H=(h) [192.0.2.1]:99 I=[192.0.2.25]:25 X=TLS1.2:C:256 CV=no F=<s@x.example> rejected RCPT "
       "<b@dest.test>: no",
       "H=mail.example (h) [192.0.2.2] F=<> temporarily rejected RCPT <b@dest.test>: greylisted",
       "1smkL5-000001-AA H=(h) [192.0.2.3] F=<s@x.example> rejected after DATA: spam",
       "H=(h) [192.0.2.4] rejected MAIL <s@x.example>: no",
       "H=(h) [192.0.2.5] F=<s@x.example> rejected RCPT <b@dest.test>: \"JunkMail rejected - (h) "
       "[192.0.2.5]:99 is "
       "listed\"",
       "1smkL5-000002-AA rejected from <s@x.example> H=(h) [192.0.2.6]: message too big: read=9 "
       "max=5",
       "1smkL5-000003-AA (= s@x.example H=(h) [192.0.2.7] P=esmtp S=1",
       "H=(h) [192.0.2.8] F=<u@x.example> A=plain:u rejected RCPT <b@dest.test>: no",  // a user who has
                                                                                       // logged in
       "H=(h) [192.0.2.9] rejected EHLO or HELO h: no",
       "H=(h) [192.0.2.9] rejected connection in connect ACL",
       "U=root F=<root@x.example> rejected RCPT <b@dest.test>: no"});
  auto const refused = read.refused();
  ASSERT_EQ(refused.size(), 7U);
  for (std::size_t i = 0; i < refused.size(); ++i)
    EXPECT_EQ(refused[i].client.print(), "192.0.2." + std::to_string(i + 1));
  EXPECT_EQ(refused[0].tls.used, Tristate::yes);
  EXPECT_EQ(refused[0].tls.version, "TLSv1.2");
  EXPECT_EQ(refused[0].recipients, std::vector<std::string>{"b@dest.test"});
  EXPECT_EQ(refused[1].outcome, policy::Outcome::deferred);
  EXPECT_TRUE(refused[1].has_sender);
  EXPECT_EQ(refused[3].sender, "s@x.example");
}

TEST(EximLog, FailedHandshakesWithPortAndInterface) {
  auto const read = read_exim(
      {"TLS error on connection from h.example (helo) [192.0.2.6]:99 I=[192.0.2.25]:25 (SSL_accept): "
       "error:0A000102:SSL routines::unsupported protocol",
       "TLS error on connection from (helo) [192.0.2.7]:99 (gnutls_handshake): No cipher suite",
       "TLS error on connection from (helo) [192.0.2.8]:99 (recv): The TLS connection was non-properly "
       "terminated."});
  ASSERT_EQ(read.sessions().size(), 2U);
  EXPECT_EQ(read.sessions()[0].tls.failure, "unsupported protocol");
  EXPECT_EQ(read.sessions()[1].tls.failure, "No cipher suite");
}

TEST(EximLog, WithoutCiphersARejectionMayHaveBeenOverTls) {
  auto const read = read_exim({"1smkL5-000001-AA <= a@x.example H=(h) [192.0.2.1] P=esmtps S=1",
                               "H=(h) [192.0.2.1] F=<s@x.example> rejected RCPT <b@dest.test>: no"});
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::yes);
  EXPECT_EQ(read.refused()[0].tls.used, Tristate::unknown);
}

TEST(EximLog, SpamAssassinTellsWhetherItWasWanted) {
  auto const verdict = [](std::string const& line) {
    auto const read =
        read_exim({line, "1smkL5-000001-AA <= a@x.example H=(h) [192.0.2.1] P=esmtp S=1 id=m@x.example"});
    return read.messages().at(0).wanted;
  };
  EXPECT_EQ(verdict("1smkL5-000001-AA SA: Action: flagged as Spam but accepted: score=9.1 required=5.0"),
            Wanted::unwanted);
  EXPECT_EQ(verdict("1smkL5-000001-AA SA: Action: scanned but message isn't spam: score=-1 required=5.0"),
            Wanted::wanted);
  EXPECT_EQ(
      verdict(
          "1smkL5-000001-AA H=(h) [192.0.2.1] Warning: \"SpamAssassin as u detected message as spam (9.1)\""),
      Wanted::unwanted);
  EXPECT_EQ(verdict("1smkL5-000001-AA H=(h) [192.0.2.1] Warning: \"SpamAssassin as u detected message as NOT "
                    "spam (1.0)\""),
            Wanted::wanted);
  EXPECT_EQ(verdict("1smkL5-000009-AA SA: Action: flagged as Spam but accepted: score=9.1"), Wanted::unknown);
}

TEST(EximLog, AnIdentAndASubjectChooseNeitherClientNorTls) {
  auto const read = read_text(
      "2026-11-23 14:47:35 1smkL5-000002-AA <= a@x.example H=(helo) [203.0.113.5] U=x P=esmtps "
      "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 P=esmtp S=500\n"
      "2026-11-23 14:47:36 1smkL5-000003-AA <= a@x.example H=(helo) [203.0.113.5] U=x) [198.51.100.77] "
      "P=smtp P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 S=500\n"
      "2026-11-23 14:47:37 1smkL5-000004-AA <= a@x.example H=(helo) [203.0.113.5] P=esmtps "
      "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no DN=\"CN=x\" S=500 id=a@b T=\"x\\\" S=) [198.51.100.9] "
      "P=smtp S=1\" for u@me.example\n");
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 3U);
  for (auto const& message : messages) EXPECT_EQ(message.client.print(), "203.0.113.5");
  EXPECT_NE(messages[0].tls.used, Tristate::yes);
  EXPECT_NE(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(messages[2].tls.version, "TLSv1.3");
}

}  // namespace
}  // namespace postern::tests

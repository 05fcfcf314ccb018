// Received fields as the servers in use write them, and which of them is the border.
#include "whatif/readers/received_hop.hpp"

#include <gtest/gtest.h>

#include "support.hpp"
#include "whatif/readers/border.hpp"
#include "whatif/readers/log_time.hpp"
#include "whatif/readers/mailbox_message.hpp"
#include "wire/date_time.hpp"
#include "wire/received.hpp"

namespace postern::tests {
namespace {

struct Form {
  char const* who;
  char const* field;
  Answered tls;
  char const* version;
};

TEST(ReceivedHop, TheFormsOfTheServersInUse) {
  for (auto const& form : {
           Form{"Postfix with TLS header",
                "from h (rdns.example [192.0.2.1])\n (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 "
                "(256/256 bits)\n key-exchange X25519 server-signature RSA-PSS (4096 bits) server-digest "
                "SHA256)\n (No client certificate requested)\n by mx (Postfix) with ESMTPS id 7F; Tue, 24 "
                "Nov 2026 01:02:03 +0100",
                Answered::yes, "TLSv1.3"},
           Form{"Postfix default",
                "from h (rdns.example [192.0.2.1]) by mx (Postfix) with ESMTPS id 7F; Tue, 24 Nov 2026 "
                "01:02:03 +0100",
                Answered::yes, ""},
           Form{"Postfix in the clear", "from h (unknown [192.0.2.1]) by mx (Postfix) with ESMTP id 7F; x",
                Answered::no, ""},
           Form{"Postfix to HELO", "from h (unknown [192.0.2.1]) by mx (Postfix) with SMTP id 7F; x",
                Answered::unknown, ""},
           Form{"Exim 4.94",
                "from rdns.example ([192.0.2.1] helo=x)\n\tby host with esmtps  (TLS1.3) tls "
                "TLS_AES_256_GCM_SHA384\n\t(Exim 4.94.2)\n\t(envelope-from <a@x.example>)\n\tid 1a; x",
                Answered::yes, "TLSv1.3"},
           Form{"Exim 4.90",
                "from rdns.example ([192.0.2.1] helo=x) by host with esmtps "
                "(TLSv1.2:ECDHE-RSA-AES256-GCM-SHA384:256) (Exim 4.90_1) id 1a; x",
                Answered::yes, "TLSv1.2"},
           Form{"Exim in the clear",
                "from rdns.example ([192.0.2.1]) by host with esmtp (Exim 4.94) id 1a; x", Answered::no, ""},
           Form{"sendmail",
                "from h (h.example [192.0.2.1]) by mx (8.17.1/8.17.1) with ESMTPS id X\n (version=TLSv1.3 "
                "cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NO); x",
                Answered::yes, "TLSv1.3"},
           Form{"Proofpoint: the comment wins",
                "from h (h.example [192.0.2.1]) by mx (8.16.0.27/8.16.0.27) with ESMTP id X (version=TLSv1.2 "
                "cipher=C bits=256 verify=NOT); x",
                Answered::yes, "TLSv1.2"},
           Form{"sendmail in the clear",
                "from h (h.example [192.0.2.1]) by mx (8.17.1/8.17.1) with ESMTP id X; x", Answered::no, ""},
           Form{"OpenSMTPD",
                "from h (h.example [192.0.2.1]) by mx (OpenSMTPD) with ESMTPS id 482bd64b "
                "(TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO); x",
                Answered::yes, "TLSv1.3"},
           Form{"Google",
                "from h (h.example. [192.0.2.1]) by mx.google.com with ESMTPS id x for <b@y.example> "
                "(version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128); x",
                Answered::yes, "TLSv1.3"},
           Form{"Google to Google",
                "from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41]) by mx.google.com "
                "with SMTPS id x for <b@y.example> (Google Transport Security); x",
                Answered::yes, ""},
           Form{"Google in the clear", "from h (h.example. [192.0.2.1]) by mx.google.com with ESMTP id x; x",
                Answered::no, ""},
           Form{"Exchange",
                "from h (192.0.2.1) by X.mail.protection.outlook.com (10.0.0.1) with Microsoft SMTP Server "
                "(version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20 via Frontend Transport; x",
                Answered::yes, "TLSv1.3"},
           Form{"Exchange in the clear",
                "from h (192.0.2.1) by X.mail.protection.outlook.com (10.0.0.1) with Microsoft SMTP Server "
                "id 15.20 via Frontend Transport; x",
                Answered::no, ""},
           Form{"Mimecast",
                "from h (h.example [192.0.2.1]) by relay.mimecast.com with ESMTP with STARTTLS\n "
                "(version=TLSv1.3, cipher=TLS_AES_256_GCM_SHA384) id us-mta-1; x",
                Answered::yes, "TLSv1.3"},
           Form{
               "Cisco",
               "from h (h.example [192.0.2.1]) by esa6.example with ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384; x",
               Answered::yes, ""},
           Form{"MessageLabs",
                "from h (h.example [192.0.2.1]) by server-1.example with ECDHE-RSA-AES256-GCM-SHA384 "
                "encrypted SMTP; x",
                Answered::yes, ""},
           Form{"qpsmtpd",
                "from h (HELO h) (192.0.2.1) by mx (qpsmtpd/0.96) with (TLS_AES_256_GCM_SHA384 encrypted) "
                "ESMTPS; x",
                Answered::yes, ""},
           Form{"Courier",
                "from h ([192.0.2.1])\n (TLS: TLSv1.3,256bits,TLS_AES_256_GCM_SHA384)\n by host with ESMTPS; "
                "x",
                Answered::yes, "TLSv1.3"},
           Form{"Yandex: behind the date",
                "from h (h.example [192.0.2.1]) by mx.yandex.ru with ESMTPS id X; Tue, 23 Jul 2019 11:16:52 "
                "+0300\n (using TLSv1.2 with cipher C (128/128 bits))\n (Client certificate not present)",
                Answered::yes, "TLSv1.2"},
           Form{"GMX",
                "from h ([192.0.2.1]) by mx.kundenserver.de (mxeue009 [192.0.2.9]) with ESMTPS (Nemesis) id "
                "X; x",
                Answered::yes, ""},
           Form{"GMX in the clear",
                "from h ([192.0.2.1]) by mx.kundenserver.de (mxeue009 [192.0.2.9]) with ESMTP (Nemesis) id "
                "X; x",
                Answered::no, ""},
           Form{"Haraka",
                "from h (h.example [192.0.2.1]) by mx (Haraka/3.0) with ESMTPS id UUID envelope-from <> tls "
                "TLS_AES_256_GCM_SHA384; x",
                Answered::yes, ""},
           Form{"chasquid",
                "from ehlo ([192.0.2.1]) by h (chasquid) with ESMTPS tls TLS_AES (over SMTP, TLS-1.3, "
                "envelope from \"a@x\") ; x",
                Answered::yes, "TLSv1.3"},
           Form{"chasquid in the clear",
                "from ehlo ([192.0.2.1]) by h (chasquid) with ESMTP (over SMTP, plain text!, envelope from "
                "\"a@x\") ; x",
                Answered::no, ""},
           Form{"Stalwart",
                "from h (h.example [192.0.2.1]) (using TLSv1.3 with cipher TLS13_AES_256_GCM_SHA384)\r\n by "
                "h (Stalwart SMTP) with ESMTPS id X; x",
                Answered::yes, "TLSv1.3"},
           Form{"KumoMTA",
                "from h (192.0.2.1) by mx (KumoMTA 192.0.2.9) with ESMTPS (TLSv1_3:TLS13_AES_256_GCM_SHA384) "
                "id X for <b@y.example>; x",
                Answered::yes, "TLSv1.3"},
           Form{"mox",
                "from h (h.example [192.0.2.1]) by mx via tcp with ESMTPS id X (TLS1.3 "
                "TLS_AES_128_GCM_SHA256) for <b@y.example>; x",
                Answered::yes, "TLSv1.3"},
           Form{"mox in the clear",
                "from h (h.example [192.0.2.1]) by mx via tcp with ESMTP id X for <b@y.example>; x",
                Answered::no, ""},
           Form{"Halon", "from h (h.example [192.0.2.1]) by se1-1.example (Halon) with ESMTPS id X; x",
                Answered::yes, ""},
           Form{"Amazon SES tells nothing",
                "from h (h.example [192.0.2.1]) by inbound-smtp.us-east-1.amazonaws.com with SMTP id X; x",
                Answered::unknown, ""},
           Form{"groups.io tells nothing",
                "from h (h.example [192.0.2.1]) by groups.io with SMTP id smtpd.web11.1; x",
                Answered::unknown, ""},
           Form{"the old vger tells nothing",
                "from h ([192.0.2.1]) by vger.kernel.org with ESMTP id S229807 (ORCPT <rfc822;x@y>); x",
                Answered::unknown, ""},
           Form{"TLS in a host name is none",
                "from TLSv1.3.example (TLSv1.3.example [192.0.2.1]) by mx (Postfix) with ESMTP id 7F; x",
                Answered::no, ""},
           Form{"a HELO named with", "from with (unknown [192.0.2.1]) by mx (Postfix) with ESMTP id 7F; x",
                Answered::no, ""},
       }) {
    auto const hop = parse_received(form.field);
    EXPECT_EQ(hop.tls.used, form.tls) << form.who;
    EXPECT_EQ(hop.tls.version, form.version) << form.who;
    ASSERT_TRUE(hop.client) << form.who;
    EXPECT_TRUE(hop.client->print() == "192.0.2.1" || hop.client->print() == "209.85.220.41") << form.who;
    EXPECT_FALSE(hop.by.empty()) << form.who;
  }
}

TEST(ReceivedHop, OurOwnFieldIsReadBack) {
  wire::Received ours;
  ours.helo = "mail.x.example";
  ours.verified_name = "mail.x.example";
  ours.client = *IpAddress::parse("2001:db8::5");
  ours.by = "mx.example.org";
  ours.id = "ABCDEFGHJKM";
  ours.for_recipient = "bob@example.org";
  ours.at = reference;
  for (bool const tls : {true, false}) {
    ours.over_tls = tls;
    ours.protocol = tls ? "ESMTPS" : "ESMTP";
    ours.tls = {"TLSv1.3", "TLS_AES_256_GCM_SHA384", "X25519", "no client certificate"};
    auto const hop = parse_received(print(ours).substr(10));
    EXPECT_EQ(hop.tls.used, tls ? Answered::yes : Answered::no);
    EXPECT_EQ(hop.tls.version, tls ? "TLSv1.3" : "");
    EXPECT_EQ(hop.client, ours.client);
    EXPECT_EQ(hop.client_name, "mail.x.example");
    EXPECT_EQ(hop.for_recipient, "bob@example.org");
    EXPECT_EQ(hop.at, reference);
  }
}

TEST(ReceivedHop, DatesAreReadLeniently) {
  for (std::string_view const text :
       {"Tue, 24 Nov 2026 01:02:03 +0100", "24 Nov 2026 00:02:03 GMT", "Tue, 24 Nov 26 00:02:03",
        "Mon, 23 Nov 2026 19:02:03 EST (east)", "(a) Tue (b), 24 Nov 2026 00:02:03 -0000"})
    EXPECT_EQ(wire::parse_date_time(text), from_micros(seconds_of(2026, 11, 24, 0, 2, 3) * 1'000'000))
        << text;
  for (std::string_view const text :
       {"", "x", "Tue, 32 Nov 2026 01:02:03", "Tue, 24 Foo 2026 01:02:03", "24 Nov"})
    EXPECT_FALSE(wire::parse_date_time(text)) << text;
}

constexpr std::string_view mail =
    "Return-Path: <a@x.example>\n"
    "Received: from localhost (localhost [127.0.0.1]) by inner.y.example (Dovecot) with LMTP id 1; Tue, 24 "
    "Nov 2026 00:00:03 +0000\n"
    "Received: from mx.y.example (mx.y.example [192.0.2.25]) by inner.y.example (Postfix) with ESMTPS id 2; "
    "Tue, 24 Nov 2026 00:00:02 +0000\n"
    "Received: from mail.x.example (mail.x.example [198.51.100.7])\n\tby mx.y.example (Postfix) with ESMTP "
    "id 3\n\tfor <b@y.example>; Tue, 24 Nov 2026 00:00:01 +0000\n"
    "Received: from pc (pc.x.example [203.0.113.4]) by mail.x.example (Postfix) with ESMTPSA id 4; Tue, 24 "
    "Nov 2026 00:00:00 +0000\n"
    "X-Spamd-Result: default: False [-4.12 / 50.00];\n\tRCVD_TLS_ALL(0.00)[]\n"
    "Message-ID: <m@x.example>\n";

TEST(MailboxMessage, TheBorderIsTheTopmostHopThatOurBorderWrote) {
  auto const read = read_message(mail, Border({"y.example"}), false);
  EXPECT_EQ(read.border, "mx.y.example");
  EXPECT_EQ(read.arrival.client.print(), "198.51.100.7");
  EXPECT_EQ(read.arrival.tls.used, Answered::no);  // whatever rspamd thought
  EXPECT_EQ(read.arrival.wanted, Wanted::wanted);
  EXPECT_EQ(read.arrival.sender, "a@x.example");
  EXPECT_EQ(read.arrival.recipients, std::vector<std::string>{"b@y.example"});
  EXPECT_EQ(print_iso8601(read.arrival.at), "2026-11-24T00:00:01.000Z");
}

TEST(MailboxMessage, WithoutABorderTheFirstHopFromOutsideIsTaken) {
  auto const read = read_message(mail, Border({}), true);
  EXPECT_EQ(read.border,
            "inner.y.example");  // which is why --border is there, and the report says who it was
  EXPECT_EQ(read.arrival.wanted, Wanted::unwanted);
}

TEST(MailboxMessage, OneWithoutHopsFromOutsideIsLocal) {
  EXPECT_EQ(read_message("From: a@x.example\n", Border({}), false).arrival.origin, Origin::local);
  EXPECT_EQ(
      read_message("Received: from x (x [10.1.2.3]) by y (Postfix) with ESMTP id 1; x\n", Border({}), false)
          .arrival.origin,
      Origin::local);
  EXPECT_EQ(
      read_message(
          "Received: from pc (pc.x.example [203.0.113.4]) by mail.x.example (Postfix) with ESMTPSA id 4; x\n",
          Border({}), false)
          .arrival.origin,
      Origin::authenticated);
}

TEST(Mbox, MessagesAreParted) {
  std::string text;
  for (int i = 0; i < 3; ++i)
    text += "From a@x.example Tue Nov 24 00:00:0" + std::to_string(i) + " 2026\n" +
            std::string("Received: from h (h.example [198.51.100.7]) by mx (Postfix) with ESMTPS id Q") +
            std::to_string(i) +
            "; Tue, 24 Nov 2026 00:00:01 +0000\n\nFrom here on it is text.\n>From quoted\n\nReceived: not a "
            "field\n\n";
  text +=
      "From a@x.example Tue Nov 24 00:00:09 2026\nReceived: from h (h.example [198.51.100.7]) by mx "
      "(Postfix) with ESMTPS id Q1; Tue, 24 Nov 2026 00:00:01 +0000\n\na copy in another folder\n";
  for (std::size_t const piece : {text.size(), std::size_t{1}, std::size_t{11}}) {
    auto const read = read_text(text, {}, {}, piece);
    EXPECT_EQ(read.stats.lines, 4U);
    auto const answer = replay_all(read.all);
    EXPECT_EQ(answer.messages, 3U);
    EXPECT_EQ(answer.over_tls, 3U);
    EXPECT_EQ(answer.left_out.copies, 1U);
    EXPECT_EQ(read.stats.notes.size(), 1U);
  }
}

}  // namespace
}  // namespace postern::tests

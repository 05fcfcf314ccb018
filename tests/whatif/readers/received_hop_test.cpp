// Received fields as the servers in use write them.
#include "whatif/readers/received_hop.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"
#include "whatif/readers/log_time.hpp"
#include "wire/date_time.hpp"
#include "wire/received.hpp"

namespace postern::tests {
namespace {

struct Form {
  char const* who;
  char const* field;
  Tristate tls;
  char const* version;
};

TEST(ReceivedHop, TheFormsOfTheServersInUse) {
  for (auto const& form : {
           Form{"Postfix with TLS header",
                "from h (rdns.example [192.0.2.1])\n (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 "
                "(256/256 bits)\n key-exchange X25519 server-signature RSA-PSS (4096 bits) server-digest "
                "SHA256)\n (No client certificate requested)\n by mx (Postfix) with ESMTPS id 7F; Tue, 24 "
                "Nov 2026 01:02:03 +0100",
                Tristate::yes, "TLSv1.3"},
           Form{"Postfix default",
                "from h (rdns.example [192.0.2.1]) by mx (Postfix) with ESMTPS id 7F; Tue, 24 Nov 2026 "
                "01:02:03 +0100",
                Tristate::yes, ""},
           Form{"Postfix in plaintext", "from h (unknown [192.0.2.1]) by mx (Postfix) with ESMTP id 7F; x",
                Tristate::no, ""},
           Form{"Postfix to HELO", "from h (unknown [192.0.2.1]) by mx (Postfix) with SMTP id 7F; x",
                Tristate::unknown, ""},
           Form{"Exim 4.94",
                "from rdns.example ([192.0.2.1] helo=x)\n\tby host with esmtps  (TLS1.3) tls "
                "TLS_AES_256_GCM_SHA384\n\t(Exim 4.94.2)\n\t(envelope-from <a@x.example>)\n\tid 1a; x",
                Tristate::yes, "TLSv1.3"},
           Form{"Exim 4.90",
                "from rdns.example ([192.0.2.1] helo=x) by host with esmtps "
                "(TLSv1.2:ECDHE-RSA-AES256-GCM-SHA384:256) (Exim 4.90_1) id 1a; x",
                Tristate::yes, "TLSv1.2"},
           Form{"Exim in plaintext",
                "from rdns.example ([192.0.2.1]) by host with esmtp (Exim 4.94) id 1a; x", Tristate::no, ""},
           Form{"sendmail",
                "from h (h.example [192.0.2.1]) by mx (8.17.1/8.17.1) with ESMTPS id X\n (version=TLSv1.3 "
                "cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NO); x",
                Tristate::yes, "TLSv1.3"},
           Form{"Proofpoint: the comment wins",
                "from h (h.example [192.0.2.1]) by mx (8.16.0.27/8.16.0.27) with ESMTP id X (version=TLSv1.2 "
                "cipher=C bits=256 verify=NOT); x",
                Tristate::yes, "TLSv1.2"},
           Form{"sendmail in plaintext",
                "from h (h.example [192.0.2.1]) by mx (8.17.1/8.17.1) with ESMTP id X; x", Tristate::no, ""},
           Form{"OpenSMTPD",
                "from h (h.example [192.0.2.1]) by mx (OpenSMTPD) with ESMTPS id 482bd64b "
                "(TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO); x",
                Tristate::yes, "TLSv1.3"},
           Form{"Google",
                "from h (h.example. [192.0.2.1]) by mx.google.com with ESMTPS id x for <b@y.example> "
                "(version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128); x",
                Tristate::yes, "TLSv1.3"},
           Form{"Google to Google",
                "from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41]) by mx.google.com "
                "with SMTPS id x for <b@y.example> (Google Transport Security); x",
                Tristate::yes, ""},
           Form{"Google in plaintext", "from h (h.example. [192.0.2.1]) by mx.google.com with ESMTP id x; x",
                Tristate::no, ""},
           Form{"Exchange",
                "from h (192.0.2.1) by X.mail.protection.outlook.com (10.0.0.1) with Microsoft SMTP Server "
                "(version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20 via Frontend Transport; x",
                Tristate::yes, "TLSv1.3"},
           Form{"Exchange in plaintext",
                "from h (192.0.2.1) by X.mail.protection.outlook.com (10.0.0.1) with Microsoft SMTP Server "
                "id 15.20 via Frontend Transport; x",
                Tristate::no, ""},
           Form{"Exchange 2010",
                "from h (192.0.2.1) by EX10.y.example (10.0.0.1) with Microsoft SMTP Server (TLS) id "
                "14.3.123.3; x",
                Tristate::yes, ""},
           Form{"IIS over TLS",
                "from h ([192.0.2.1]) by y.example over TLS secured channel with Microsoft "
                "SMTPSVC(7.5.7601.17514); x",
                Tristate::yes, ""},
           Form{"IIS in plaintext",
                "from h ([192.0.2.1]) by y.example with Microsoft SMTPSVC(7.5.7601.17514); x", Tristate::no,
                ""},
           Form{"hMailServer",
                "from h (h.example [192.0.2.1]) by y.example with ESMTPS (version=TLSv1.2 cipher=C bits=256) "
                "; x",
                Tristate::yes, "TLSv1.2"},
           Form{"SmarterMail",
                "from h (h.example [192.0.2.1]) by y.example with SMTP (version=Tls12 cipher=Aes256 "
                "bits=256); x",
                Tristate::yes, "TLSv1.2"},
           Form{"MailEnable", "from h ([192.0.2.1]) by y.example with MailEnable ESMTPS; x", Tristate::yes,
                ""},
           Form{"MDaemon", "from h ([192.0.2.1]) by y.example (MDaemon PRO v16) with ESMTPS id md1.msg; x",
                Tristate::yes, ""},
           Form{"Symantec tells nothing",
                "from h (h.example [192.0.2.1]) by y.example (Symantec Messaging Gateway) with SMTP id 1; x",
                Tristate::unknown, ""},
           Form{"Mimecast",
                "from h (h.example [192.0.2.1]) by relay.mimecast.com with ESMTP with STARTTLS\n "
                "(version=TLSv1.3, cipher=TLS_AES_256_GCM_SHA384) id us-mta-1; x",
                Tristate::yes, "TLSv1.3"},
           Form{
               "Cisco",
               "from h (h.example [192.0.2.1]) by esa6.example with ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384; x",
               Tristate::yes, ""},
           Form{"MessageLabs",
                "from h (h.example [192.0.2.1]) by server-1.example with ECDHE-RSA-AES256-GCM-SHA384 "
                "encrypted SMTP; x",
                Tristate::yes, ""},
           Form{"qpsmtpd",
                "from h (HELO h) (192.0.2.1) by mx (qpsmtpd/0.96) with (TLS_AES_256_GCM_SHA384 encrypted) "
                "ESMTPS; x",
                Tristate::yes, ""},
           Form{"Courier",
                "from h ([192.0.2.1])\n (TLS: TLSv1.3,256bits,TLS_AES_256_GCM_SHA384)\n by host with ESMTPS; "
                "x",
                Tristate::yes, "TLSv1.3"},
           Form{"Yandex: behind the date",
                "from h (h.example [192.0.2.1]) by mx.yandex.ru with ESMTPS id X; Tue, 23 Jul 2019 11:16:52 "
                "+0300\n (using TLSv1.2 with cipher C (128/128 bits))\n (Client certificate not present)",
                Tristate::yes, "TLSv1.2"},
           Form{"GMX",
                "from h ([192.0.2.1]) by mx.kundenserver.de (mxeue009 [192.0.2.9]) with ESMTPS (Nemesis) id "
                "X; x",
                Tristate::yes, ""},
           Form{"GMX in plaintext",
                "from h ([192.0.2.1]) by mx.kundenserver.de (mxeue009 [192.0.2.9]) with ESMTP (Nemesis) id "
                "X; x",
                Tristate::no, ""},
           Form{"Haraka",
                "from h (h.example [192.0.2.1]) by mx (Haraka/3.0) with ESMTPS id UUID envelope-from <> tls "
                "TLS_AES_256_GCM_SHA384; x",
                Tristate::yes, ""},
           Form{"chasquid",
                "from ehlo ([192.0.2.1]) by h (chasquid) with ESMTPS tls TLS_AES (over SMTP, TLS-1.3, "
                "envelope from \"a@x\") ; x",
                Tristate::yes, "TLSv1.3"},
           Form{"chasquid in plaintext",
                "from ehlo ([192.0.2.1]) by h (chasquid) with ESMTP (over SMTP, plain text!, envelope from "
                "\"a@x\") ; x",
                Tristate::no, ""},
           Form{"Stalwart",
                "from h (h.example [192.0.2.1]) (using TLSv1.3 with cipher TLS13_AES_256_GCM_SHA384)\r\n by "
                "h (Stalwart SMTP) with ESMTPS id X; x",
                Tristate::yes, "TLSv1.3"},
           Form{"KumoMTA",
                "from h (192.0.2.1) by mx (KumoMTA 192.0.2.9) with ESMTPS (TLSv1_3:TLS13_AES_256_GCM_SHA384) "
                "id X for <b@y.example>; x",
                Tristate::yes, "TLSv1.3"},
           Form{"mox",
                "from h (h.example [192.0.2.1]) by mx via tcp with ESMTPS id X (TLS1.3 "
                "TLS_AES_128_GCM_SHA256) for <b@y.example>; x",
                Tristate::yes, "TLSv1.3"},
           Form{"mox in plaintext",
                "from h (h.example [192.0.2.1]) by mx via tcp with ESMTP id X for <b@y.example>; x",
                Tristate::no, ""},
           Form{"Halon", "from h (h.example [192.0.2.1]) by se1-1.example (Halon) with ESMTPS id X; x",
                Tristate::yes, ""},
           Form{"Amazon SES tells nothing",
                "from h (h.example [192.0.2.1]) by inbound-smtp.us-east-1.amazonaws.com with SMTP id X; x",
                Tristate::unknown, ""},
           Form{"groups.io tells nothing",
                "from h (h.example [192.0.2.1]) by groups.io with SMTP id smtpd.web11.1; x",
                Tristate::unknown, ""},
           Form{"the old vger tells nothing",
                "from h ([192.0.2.1]) by vger.kernel.org with ESMTP id S229807 (ORCPT <rfc822;x@y>); x",
                Tristate::unknown, ""},
           Form{"TLS in a host name is none",
                "from TLSv1.3.example (TLSv1.3.example [192.0.2.1]) by mx (Postfix) with ESMTP id 7F; x",
                Tristate::no, ""},
           Form{"a HELO named with", "from with (unknown [192.0.2.1]) by mx (Postfix) with ESMTP id 7F; x",
                Tristate::no, ""},
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
    EXPECT_EQ(hop.tls.used, tls ? Tristate::yes : Tristate::no);
    EXPECT_EQ(hop.tls.version, tls ? "TLSv1.3" : "");
    EXPECT_EQ(hop.client, ours.client);
    EXPECT_EQ(hop.client_name, "mail.x.example");
    EXPECT_EQ(hop.for_recipient, "bob@example.org");
    EXPECT_EQ(hop.at, reference);
  }
}

TEST(ReceivedHop, AVersionIsNoId) {
  std::string const before = "from h (192.0.2.1) by ex.y.example (10.0.0.1) with ";
  EXPECT_EQ(
      parse_received(before + "Microsoft SMTP Server (TLS) id 15.1.2507.17 via Frontend Transport; x").id,
      "");
  EXPECT_EQ(parse_received(before + "ESMTP id 1.2.3; x").id, "1.2.3");
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

}  // namespace
}  // namespace postern::tests

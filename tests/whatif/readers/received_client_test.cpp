// Who connected, by the from clauses of the servers in use: what the client says of itself is never believed.
#include <gtest/gtest.h>

#include "support/whatif.hpp"
#include "whatif/readers/received_hop.hpp"

namespace postern::tests {
namespace {

struct FromForm {
  char const* who;
  char const* field;
  char const* client;
  char const* name;
  char const* helo;
};

TEST(ReceivedClient, IsTheAddressThatTheWriterSaw) {
  for (auto const& form : {
           FromForm{"Postfix",
                    "from [203.0.113.9] (mail.x.example [192.0.2.1]) by mx (Postfix) with ESMTP id 1; x",
                    "192.0.2.1", "mail.x.example", "[203.0.113.9]"},
           FromForm{"sendmail with an ident",
                    "from x (IDENT:[203.0.113.9]@mail.x.example [192.0.2.1]) by mx (8.17.1/8.17.1) with "
                    "ESMTP id 1; x",
                    "192.0.2.1", "mail.x.example", "x"},
           FromForm{"sendmail with an ident like Exim's comment",
                    "from [203.0.113.9] (helo=x@mail.x.example [192.0.2.1]) by mx (8.17.1/8.17.1) with ESMTP "
                    "id 1; x",
                    "192.0.2.1", "mail.x.example", "x@mail.x.example"},
           FromForm{
               "sendmail in doubt of the name",
               "from x (mail.x.example [192.0.2.1] (may be forged)) by mx (8.17.1/8.17.1) with ESMTP id 1; x",
               "192.0.2.1", "", "x"},
           FromForm{"Exim",
                    "from mail.x.example ([192.0.2.1]:4711 helo=[203.0.113.9]) by mx with esmtp (Exim 4.96) "
                    "id 1; x",
                    "192.0.2.1", "mail.x.example", "[203.0.113.9]"},
           FromForm{"Exim without a name",
                    "from [192.0.2.1] (port=4711 helo=[203.0.113.9] ident=[203.0.113.8]) by mx with "
                    "esmtps (Exim 4.96) id 1; x",
                    "192.0.2.1", "", "[203.0.113.9]"},
           FromForm{"Exim whose HELO is the name",
                    "from mail.x.example ([192.0.2.1]) by mx with esmtp (Exim 4.96) id 1; x", "192.0.2.1",
                    "mail.x.example", "mail.x.example"},
           FromForm{"mail.ru, which is Exim's form",
                    "from [192.0.2.1] (port=40004 helo=mail.x.example) by mx1.mail.ru with esmtps (TLS1.2:C) "
                    "id 1; x",
                    "192.0.2.1", "", "mail.x.example"},
           FromForm{"qmail", "from unknown (HELO [203.0.113.9]) (192.0.2.1) by mx with SMTP; x", "192.0.2.1",
                    "", "[203.0.113.9]"},
           FromForm{"qmail with an ident",
                    "from unknown (HELO 203.0.113.9) (203.0.113.8@192.0.2.1) by mx with SMTP; x", "192.0.2.1",
                    "", "203.0.113.9"},
           FromForm{"qmail with the sender",
                    "from mail.x.example (HELO x) (envelope-from a@203.0.113.9) (192.0.2.1) by mx "
                    "with SMTP; x",
                    "192.0.2.1", "", "x"},
           FromForm{"Yahoo",
                    "from 203.0.113.9  (EHLO 203.0.113.8) (192.0.2.1) by mta1.mail.yahoo.com with SMTPS; x",
                    "192.0.2.1", "", "203.0.113.8"},
           FromForm{"James",
                    "from mail.x.example (EHLO [203.0.113.9]) ([192.0.2.1]) by mx (JAMES SMTP Server) with "
                    "ESMTP ID 1; x",
                    "192.0.2.1", "", "[203.0.113.9]"},
           FromForm{"Courier",
                    "from [203.0.113.9] (mail.x.example [::ffff:192.0.2.1])\n  (TLS: TLSv1.3,256bits,C) by "
                    "mx with "
                    "ESMTPS; x",
                    "192.0.2.1", "mail.x.example", "[203.0.113.9]"},
           FromForm{
               "Exchange",
               "from [203.0.113.9] (192.0.2.1) by EX01.y.example (10.0.0.1) with Microsoft SMTP Server id "
               "15.1.2507.17 via Frontend Transport; x",
               "192.0.2.1", "", "[203.0.113.9]"},
           FromForm{"IMail", "from mail.x.example [192.0.2.1] by mx with ESMTP (SMTPD32-8.00) id 1; x",
                    "192.0.2.1", "", "mail.x.example"},
           FromForm{
               "McAfee",
               "from unknown [192.0.2.1] (EHLO [203.0.113.9]) by mx (mxl_mta-5.5.0-3) with ESMTP id 1; x",
               "192.0.2.1", "", "[203.0.113.9]"},
           FromForm{
               "CommuniGate Pro",
               "from [192.0.2.1] (HELO [203.0.113.9]) by mx (CommuniGate Pro SMTP 6.1) with ESMTP id 1; x",
               "192.0.2.1", "", "[203.0.113.9]"},
           FromForm{"Google",
                    "from [203.0.113.9] (mail.x.example. [192.0.2.1]) by mx.google.com with ESMTPS id 1; x",
                    "192.0.2.1", "mail.x.example", "[203.0.113.9]"},
           FromForm{"Zimbra's Postfix", "from x (LHLO x) (192.0.2.1) by mx with LMTP; x", "192.0.2.1", "",
                    "x"},
           FromForm{"Lotus",
                    "from mail.x.example ([192.0.2.1]) by mx (Lotus Domino Release 8.5.3) with ESMTP id 1; x",
                    "192.0.2.1", "", "mail.x.example"},
           FromForm{"IPv6", "from x (mail.x.example [IPv6:2001:db8::1]) by mx (Postfix) with ESMTP id 1; x",
                    "2001:db8::1", "mail.x.example", "x"},
           FromForm{"a HELO named by",
                    "from by (mail.x.example [192.0.2.1]) by mx (Postfix) with ESMTP id 1; x", "192.0.2.1",
                    "mail.x.example", "by"},
           FromForm{"names that begin like other comments",
                    "from x (smtp.auth.example [192.0.2.1]) by mx (Postfix) with ESMTP id 1; x", "192.0.2.1",
                    "smtp.auth.example", "x"},
           FromForm{"a parenthesis that is never closed",
                    "from x(y (mail.x.example [192.0.2.1]) by mx (Postfix) with ESMTP id 1; x", "192.0.2.1",
                    "mail.x.example", "x(y"},
       }) {
    auto const hop = parse_received(form.field);
    ASSERT_TRUE(hop.client) << form.who;
    EXPECT_EQ(hop.client->print(), form.client) << form.who;
    EXPECT_EQ(hop.client_name, form.name) << form.who;
    EXPECT_EQ(hop.helo, form.helo) << form.who;
    EXPECT_TRUE(hop.by.starts_with("m") || hop.by == "ex01.y.example") << form.who << ": " << hop.by;
  }
}

TEST(ReceivedClient, WordsOfTheSenderBehindTheWriterChangeNothing) {
  for (std::string_view const field :
       {"from x ([192.0.2.1]) by mx with esmtp (Exim 4.96) (envelope-from <\"a) by evil (\"@x.example>) id "
        "1; x",
        "from x ([192.0.2.1]) by mx with esmtp (Exim 4.96) (envelope-from <\"a) (version=TLSv1.3 "
        "b\"@x.example>) id 1; x",
        "from x ([192.0.2.1]) by mx with esmtp (Exim 4.96) id 1 for <\"a by evil with ESMTPS\"@x.example>; x",
        "from x ([192.0.2.1]) by mx with esmtp (Exim 4.96) id 1 for b@x.example by evil with ESMTPS id 2; "
        "x"}) {
    auto const hop = parse_received(field);
    EXPECT_EQ(hop.by, "mx") << field;
    EXPECT_EQ(hop.id, "1") << field;
    EXPECT_EQ(hop.tls.used, Tristate::no) << field;
  }
}

TEST(ReceivedClient, OnlyTheWholeVerdictOnACertificateCounts) {
  std::string const before =
      "from x (x [192.0.2.1]) (using TLSv1.3 with cipher C (256/256 bits)) (Client CN \"";
  auto const trusted =
      parse_received(before + "a\", Issuer \"b\" (verified OK)) by mx (Postfix) with ESMTPS id 1; x");
  auto const liar = parse_received(
      before + "a (verified OK)\", Issuer \"b\" (not verified)) by mx (Postfix) with ESMTPS id 1; x");
  EXPECT_EQ(trusted.tls.certificate, policy::ClientCertificate::trusted);
  EXPECT_EQ(liar.tls.certificate, policy::ClientCertificate::untrusted);
}

}  // namespace
}  // namespace postern::tests

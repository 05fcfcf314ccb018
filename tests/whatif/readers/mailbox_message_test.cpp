// What the header section of a stored message tells.
#include "whatif/readers/mailbox_message.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"
#include "whatif/readers/border.hpp"

namespace postern::tests {
namespace {

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
  EXPECT_EQ(read.reception.client.print(), "198.51.100.7");
  EXPECT_EQ(read.reception.tls.used, Tristate::no);  // whatever rspamd thought
  EXPECT_EQ(read.reception.wanted, Wanted::wanted);
  EXPECT_EQ(read.reception.sender, "a@x.example");
  EXPECT_EQ(read.reception.recipients, std::vector<std::string>{"b@y.example"});
  EXPECT_EQ(print_iso8601(read.reception.at), "2026-11-24T00:00:01.000Z");
}

TEST(MailboxMessage, WithoutABorderTheFirstHopFromOutsideIsTaken) {
  auto const read = read_message(mail, Border({}), true);
  EXPECT_EQ(read.border,
            "inner.y.example");  // which is why --border is there, and the report says who it was
  EXPECT_EQ(read.reception.wanted, Wanted::unwanted);
}

TEST(MailboxMessage, OneWithoutHopsFromOutsideIsLocal) {
  EXPECT_EQ(read_message("From: a@x.example\n", Border({}), false).reception.origin, Origin::local);
  EXPECT_EQ(
      read_message("Received: from x (x [10.1.2.3]) by y (Postfix) with ESMTP id 1; x\n", Border({}), false)
          .reception.origin,
      Origin::local);
  EXPECT_EQ(
      read_message(
          "Received: from pc (pc.x.example [203.0.113.4]) by mail.x.example (Postfix) with ESMTPSA id 4; x\n",
          Border({}), false)
          .reception.origin,
      Origin::authenticated);
}

}  // namespace
}  // namespace postern::tests

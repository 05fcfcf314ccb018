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
  auto const read = read_message(mail, Border({"y.example"}));
  EXPECT_EQ(read.border, "mx.y.example");
  EXPECT_EQ(read.reception.client.print(), "198.51.100.7");
  EXPECT_EQ(read.reception.tls.used, Tristate::no);  // whatever rspamd thought
  EXPECT_EQ(read.reception.wanted, Wanted::wanted);
  EXPECT_EQ(read.reception.sender, "a@x.example");
  EXPECT_EQ(read.reception.recipients, std::vector<std::string>{"b@y.example"});
  EXPECT_EQ(print_iso8601(read.reception.at), "2026-11-24T00:00:01.000Z");
}

TEST(MailboxMessage, WithoutABorderTheFirstHopFromOutsideIsTaken) {
  auto const read = read_message(mail, Border({}), {.junk_folder = true});
  EXPECT_EQ(read.border,
            "inner.y.example");  // which is why --border is there, and the report says who it was
  EXPECT_EQ(read.reception.wanted, Wanted::unwanted);
}

TEST(MailboxMessage, OneWithoutHopsFromOutsideIsLocal) {
  EXPECT_EQ(read_message("From: a@x.example\n", Border({})).reception.origin, Origin::local);
  EXPECT_EQ(read_message("Received: from x (x [10.1.2.3]) by y (Postfix) with ESMTP id 1; x\n", Border({}))
                .reception.origin,
            Origin::local);
  EXPECT_EQ(
      read_message(
          "Received: from pc (pc.x.example [203.0.113.4]) by mail.x.example (Postfix) with ESMTPSA id 4; x\n",
          Border({}))
          .reception.origin,
      Origin::authenticated);
}

TEST(MailboxMessage, CopiesHaveTheSameIdTimeAndMessageId) {
  auto const key = [](std::string const& with, std::string const& id, std::string const& second,
                      std::string const& message_id) {
    return read_message("Received: from x (192.0.2.1) by mx (10.0.0.1) " + with + " id " + id +
                            "; Tue, 24 Nov 2026 00:00:0" + second + " +0000\nMessage-ID: " + message_id +
                            "\n",
                        Border({}))
        .reception.copy_of;
  };
  std::string const postfix = "(Postfix) with ESMTP", exchange = "with Microsoft SMTP Server";
  EXPECT_EQ(key(postfix, "A1", "1", "<1@x>"), key(postfix, "A1", "1", "<1@x>"));
  EXPECT_NE(key(postfix, "A1", "1", "<1@x>"), key(postfix, "A1", "2", "<1@x>"));  // the id has come again
  EXPECT_NE(key(postfix, "A1", "1", "<1@x>"), key(postfix, "A1", "1", "<2@x>"));
  EXPECT_NE(key(postfix, "A1", "1", "<1@x>"), key(postfix, "A2", "1", "<1@x>"));
  EXPECT_NE(key(exchange, "15.1.2507.17", "1", "<1@x>"), key(exchange, "15.1.2507.17", "1", "<2@x>"));
  EXPECT_EQ(key(exchange, "15.1.2507.17", "1", ""), 0U);  // its version says nothing of the message
}

TEST(MailboxMessage, ABorderThatCannotBeReadHidesWhatIsBelowIt) {
  auto const read = read_message(
      "Received: from unreadable\nReceived: from x (x [192.0.2.1]) by evil.example (Postfix) with ESMTPS id "
      "1; x\n",
      Border({}));
  EXPECT_EQ(read.reception.origin, Origin::outside);
  EXPECT_FALSE(read.reception.has_client);
}

}  // namespace
}  // namespace postern::tests

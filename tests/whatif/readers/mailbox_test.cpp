// Stored messages, many in one file.
#include "whatif/readers/mailbox.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

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

std::string mail_of(std::string const& with, std::string const& id, std::string const& time,
                    std::string const& between = {}) {
  return "Received: from h (h.example [198.51.100.7])" + between + " by mx (Postfix) with " + with + " id " +
         id + "; " + time + "\nMessage-ID: <" + id + "@h.example>\n";
}

TEST(Mbox, LinesWithoutATimePartMessagesToo) {
  std::string text;
  for (std::string const id : {"A", "B", "C"})
    text += "From a@x.example\n" + mail_of("ESMTPS", id, "Tue, 24 Nov 2026 00:00:01 +0000") +
            "Date: Tue, 24 Nov 2026 00:00:00 +0000\n\nbody\n\nFrom here on\nFrom nobody\nit is text\n\n";
  EXPECT_EQ(read_text(text).stats.lines, 3U);
}

TEST(Mbox, TextThatLooksLikeAFromLineIsNone) {
  auto const text = "From a@x.example Tue Nov 24 00:00:00 2026\n" +
                    mail_of("ESMTPS", "A", "Tue, 24 Nov 2026 00:00:01 +0000") +
                    "\nbody\n\nFrom 10:30 on we met.\nIt was fine.\n";
  EXPECT_EQ(read_text(text).stats.lines, 1U);
}

TEST(Mbox, APostfixThatWritesTlsCommentsTellsPlaintextOfSmtpToo) {
  std::string const from = "From a Tue Nov 24 00:00:00 2026\n", time = "Tue, 24 Nov 2026 00:00:01 +0000";
  auto const plain = from + mail_of("SMTP", "A", time) + "\n\n";
  auto const word = from + mail_of("ESMTPS", "B", time) + "\n\n";
  auto const comment =
      from + mail_of("ESMTPS", "C", time, " (using TLSv1.3 with cipher C (256/256 bits))") + "\n\n";
  EXPECT_EQ(replay_all(read_text(plain + word).all).unknown, 1U);
  EXPECT_EQ(replay_all(read_text(plain + comment).all).in_the_clear, 1U);
  EXPECT_EQ(replay_all(read_text(comment + plain).all).in_the_clear, 1U);
}

TEST(Mbox, TimesThatAreNoneOrFarAheadAreNotBelieved) {
  std::string text;
  for (std::string const time : {"nonsense", "Mon, 10 Oct 2022 15:11:35 -0500",
                                 "Mon, 10 Oct 2022 15:12:35 -0500", "Fri, 31 Jan 2025 22:45:13 +0000",
                                 "Fri, 31 Jan 2031 22:45:13 +0000", "Thu, 1 Jan 1970 00:00:00 +0000"})
    text += "From a@x.example\n" + mail_of("ESMTPS", std::to_string(text.size()), time) + "\nbody\n\n";
  auto const read = read_text(text);
  auto const answer = replay_all(read.all);
  EXPECT_EQ(answer.messages, 6U);
  EXPECT_EQ(print_iso8601(answer.first).substr(0, 10), "2022-10-10");
  EXPECT_EQ(print_iso8601(answer.last).substr(0, 10), "2022-10-10");
  EXPECT_EQ(read.stats.notes.size(), 3U);  // the border, times that cannot be read, times not believed
}

TEST(Mbox, AMailboxOlderThanAllItsMailIsItselfNotBelieved) {
  SourceSettings settings;
  settings.reference = from_micros(315'532'800'000'000);  // 1980
  std::string const text = "From a@x.example\n" + mail_of("ESMTPS", "A", "Tue, 24 Nov 2026 00:00:01 +0000") +
                           "Date: Tue, 24 Nov 2026 00:00:00 +0000\n\n";
  EXPECT_EQ(print_iso8601(replay_all(read_text(text, {}, settings).all).first).substr(0, 4), "2026");
}

TEST(MessageFile, OfAppleMailAndWithFieldsInLowerCase) {
  auto const mail = mail_of("ESMTPS", "A", "Tue, 24 Nov 2026 00:00:01 +0000");
  for (auto const& text :
       {"220  \n" + mail + "\nbody\n<?xml version=\"1.0\"?>", "X-Account-Key: 1\nX-UIDL: 2\n" + mail,
        "received" + mail.substr(8), "\xEF\xBB\xBF" + mail}) {
    EXPECT_EQ(recognise(text), Format::message) << text;
    EXPECT_EQ(replay_all(read_text(text).all).over_tls, 1U) << text;
  }
}

TEST(MailFiles, AreMessagesOrMailboxFilesOneAfterTheOther) {
  auto const mail = mail_of("ESMTPS", "A", "Tue, 24 Nov 2026 00:00:01 +0000");
  auto const other = mail_of("ESMTP", "B", "Tue, 24 Nov 2026 00:00:02 +0000");
  Collected out;
  MailFiles files(SourceSettings{}, out, "archive");
  for (auto const& [text, junk] : {std::pair(mail + "\nbody\n", false),
                                   std::pair("From a Tue Nov 24 00:00:00 2026\n" + other + "\n\n", true),
                                   std::pair(std::string(), false), std::pair(std::string("x"), false)}) {
    files.begin_file(junk, std::nullopt);
    for (char const c : text) files.feed({&c, 1});
    files.end_file();
  }
  files.end();
  EXPECT_EQ(files.stats().lines, 3U);
  EXPECT_EQ(files.stats().skipped, 1U);
  auto const answer = replay_all(out.all);
  EXPECT_EQ(answer.over_tls, 1U);
  EXPECT_EQ(answer.in_the_clear, 1U);
  EXPECT_EQ(answer.unwanted, 1U);
}

TEST(Mailbox, AFieldOfTheBorderWithoutAnAddressEndsTheSearch) {
  for (auto const* top : {"Received: from evil.example (unknown [unknown])\n by mx.me.example (Postfix) with "
                          "SMTP id 1;\n Mon, 23 Nov 2026 10:00:00 +0000\n",
                          "Received: from evil.example by mx.me.example (Postfix) with SMTP id 1;\n Mon, 23 "
                          "Nov 2026 10:00:00 +0000\n"}) {
    auto const read = read_text("From a@x.example Mon Nov 23 10:00:00 2026\n" + std::string(top) +
                                "Received: from x.example (x.example [198.51.100.9])\n (using TLSv1.3 with "
                                "cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n"
                                " by mx.me.example (Postfix) with ESMTPS id 2;\n Mon, 23 Nov 2026 09:59:00 "
                                "+0000\nFrom: a@x.example\n\nx\n");
    for (auto const& message : read.messages()) {
      EXPECT_NE(message.tls.used, Tristate::yes) << top;
      EXPECT_NE(message.client.print(), "198.51.100.9") << top;
    }
  }
}

}  // namespace
}  // namespace postern::tests

// The doors of content, and their stages one by one.
#include <gtest/gtest.h>

#include <random>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "support/exhaustive.hpp"
#include "support/line_ends.hpp"
#include "wire/content_door.hpp"
#include "wire/content_intake.hpp"
#include "wire/header_filter.hpp"
#include "wire/line_end_check.hpp"

namespace postern::wire {
namespace {

using tests::ends_once;
using tests::for_each_string;
using tests::only_crlf;

// Each call gives the next piece of the text, and whether it is the last; there is at least one.
template <class Each>
void in_pieces(std::string_view text, std::size_t size, Each each) {
  std::size_t at = 0;
  do {
    auto const piece = text.substr(at, size);
    at += piece.size();
    each(piece, at == text.size());
  } while (at < text.size());
}

std::string taken_in(std::string_view text, Body body, std::size_t piece) {
  ContentIntake intake;
  intake.declare(body);
  std::string out;
  in_pieces(text, piece, [&](std::string_view bytes, bool last) {
    intake.feed(bytes, out);
    if (last) intake.finish(out);
  });
  return out;
}

std::string taken_in(std::string_view text, Body body = Body::seven_bit) {
  return taken_in(text, body, text.size() + 1);
}

std::string let_out(LeavesBy by, Body body, std::string_view text, std::size_t piece) {
  ContentDoor door(by, body);
  std::string out;
  in_pieces(text, piece, [&](std::string_view bytes, bool last) { out += door.pass(bytes, last); });
  return out;
}

TEST(LineEndCheck, AgreesWithItsDefinitionHoweverTheBytesCome) {
  for_each_string("\r\nx", 8, [](std::string_view text) {
    for (std::size_t const piece : {std::size_t{1}, std::size_t{2}, text.size() + 1}) {
      LineEndCheck check;
      bool good = true;
      in_pieces(text, piece, [&](std::string_view bytes, bool) { good = good && check.feed(bytes); });
      ASSERT_EQ(good && check.complete(), only_crlf(text)) << testing::PrintToString(text);
    }
  });
}

TEST(ContentIntake, LetsNothingBareInAndChangesNothingTwice) {
  for_each_string("\r\n:x ", 6, [](std::string_view text) {
    auto const once = taken_in(text);
    ASSERT_TRUE(only_crlf(once)) << testing::PrintToString(text);
    ASSERT_EQ(taken_in(once), once) << testing::PrintToString(text);
    ASSERT_EQ(taken_in(text, Body::seven_bit, 1), once) << testing::PrintToString(text);
    ASSERT_FALSE(once.empty());
    ASSERT_NE(once.front(), ' ') << "it would continue the trace field above";
    auto const binary = taken_in(text, Body::binary_mime);
    ASSERT_EQ(taken_in(text, Body::binary_mime, 1), binary) << testing::PrintToString(text);
    ASSERT_EQ(taken_in(binary, Body::binary_mime), binary) << testing::PrintToString(text);
  });
}

TEST(ContentIntake, LeavesWhatIsWellFormedAsItIs) {
  for (auto const* text :
       {"Subject: x\r\n\r\nbody\r\n", "A: 1\r\n\tfolded\r\n \r\nB: 2\r\n\r\n.\r\n", "Subject: no body\r\n",
        "\r\nno header\r\n", "Old : form\r\n\r\n\xC3\xA9", "A:\r\n\r\nX-Postern-Flag: in the body\r\n"})
    EXPECT_EQ(taken_in(text), text);
  std::string const binary("A: b\r\n\r\n\0\n.\n\r.\r\r\n", 17);
  EXPECT_EQ(taken_in(binary, Body::binary_mime), binary);
}

TEST(ContentIntake, KeepsAFirstLineThatIsNoFieldApartFromTheTrace) {  // RFC 5321 section 4.4
  EXPECT_EQ(taken_in("\tby forged.example\r\nSubject: x\r\n\r\n"),
            "\r\n\tby forged.example\r\nSubject: x\r\n\r\n");
  EXPECT_EQ(taken_in("The door is open\r\nsince noon\r\n"), "\r\nThe door is open\r\nsince noon\r\n");
  EXPECT_EQ(taken_in(""), "\r\n");
  EXPECT_EQ(taken_in(":"), "\r\n:");
  EXPECT_EQ(taken_in("no end"), "\r\nno end");
  EXPECT_EQ(taken_in("\xC3\xBC: name\r\n"), "\r\n\xC3\xBC: name\r\n");
  EXPECT_EQ(taken_in(std::string(2000, 'x') + ": y\r\n"), "\r\n" + std::string(2000, 'x') + ": y\r\n");
  EXPECT_EQ(taken_in("A: 1\r\nwhat is this\r\nB: 2\r\n\r\n"), "A: 1\r\n\r\nwhat is this\r\nB: 2\r\n\r\n")
      << "it ends the header section for every reader";
}

TEST(ContentIntake, TurnsLinesOfMailboxFilesIntoAField) {
  EXPECT_EQ(taken_in("From a@b.example Thu Jan  1 00:00:00 1970\r\nSubject: x\r\n\r\n"),
            "X-Mailbox-Line: From a@b.example Thu Jan  1 00:00:00 1970\r\nSubject: x\r\n\r\n");
  EXPECT_EQ(taken_in(">From a\nA: b\n"), "X-Mailbox-Line: >From a\r\nA: b\r\n");
  EXPECT_EQ(taken_in("From : a@b.example\r\n\r\n"), "From : a@b.example\r\n\r\n");
}

TEST(ContentIntake, TakesOutFieldsThatOnlyWeMayWrite) {
  std::string const kept = "Subject: x\r\n";
  for (std::string const field :
       {"X-Postern-Flag: a", "x-postern-FLAG:a", "X-Postern-Flag : a", "X-Postern-Flag\t: a", "X-Postern-: a",
        "X-Postern-Other: a\r\n folded\r\n\tand again"})
    for (std::string const end : {"\r\n", "\n", "\r"}) {
      auto const whole = kept + field + end + "To: y\r\n\r\nbody\r\n";
      EXPECT_EQ(taken_in(whole), kept + "To: y\r\n\r\nbody\r\n") << field;
      EXPECT_EQ(taken_in(field + end), "\r\n") << field;
      EXPECT_EQ(taken_in(field + end + end + "body"), "\r\nbody") << field;
      EXPECT_EQ(taken_in(whole, Body::binary_mime), kept + "To: y\r\n\r\nbody\r\n") << field;
    }
  for (auto const* field :
       {"X-PosternFlag: a\r\n\r\n", "Y-X-Postern-Flag: a\r\n\r\n", "Return-Path: <a>\r\n"})
    EXPECT_EQ(taken_in(field), field);
}

TEST(ContentIntake, TellsWhatTheContentAsksOfServers) {
  auto const taken = take_in("TLS-Required: No\n\n\xC3\xA9", Body::seven_bit);
  EXPECT_EQ(taken.content, "TLS-Required: No\r\n\r\n\xC3\xA9");
  EXPECT_TRUE(taken.traits.tls_optional);
  EXPECT_TRUE(taken.traits.content_8bit);
  EXPECT_FALSE(taken.traits.header_8bit);
  EXPECT_TRUE(take_in("Subject: \xC3\xA9\n\n", Body::seven_bit).traits.header_8bit);
}

TEST(ContentDoor, LetsNothingBareOutAndEndsDataOnce) {  // RFC 5321 section 2.3.8, RFC 3030 section 3
  for_each_string("\r\n.x", 7, [](std::string_view text) {
    for (std::size_t const piece : {std::size_t{1}, std::size_t{3}, text.size() + 1}) {
      auto const data = let_out(LeavesBy::data, Body::eight_bit_mime, text, piece);
      ASSERT_TRUE(only_crlf(data)) << testing::PrintToString(text);
      ASSERT_TRUE(ends_once(data)) << testing::PrintToString(text);
      auto const chunks = let_out(LeavesBy::chunks, Body::seven_bit, text, piece);
      ASSERT_TRUE(only_crlf(chunks)) << testing::PrintToString(text);
      if (only_crlf(text)) ASSERT_EQ(chunks, text);
      auto const file = let_out(LeavesBy::file, Body::seven_bit, text, piece);
      ASSERT_EQ(file.find('\r'), std::string::npos) << testing::PrintToString(text);
      ASSERT_EQ(let_out(LeavesBy::chunks, Body::binary_mime, text, piece), text);
    }
  });
}

TEST(ContentDoor, GivesTheServerOnTheOtherSideWhatCameIn) {
  for_each_string(".x\n", 6, [](std::string_view shape) {
    std::string content;
    for (char const c : shape) content += c == '\n' ? std::string("\r\n") : std::string(1, c);
    for (std::size_t const piece : {std::size_t{1}, std::size_t{2}, content.size() + 1}) {
      auto const sent = let_out(LeavesBy::data, Body::seven_bit, content, piece);
      ContentEnd end;
      std::string kept;
      ASSERT_EQ(end.feed(sent, [&](std::string_view bytes) { kept += bytes; }), sent.size());
      bool const ends = content.empty() || content.back() == '\n';
      ASSERT_EQ(kept, ends ? content : content + "\r\n") << testing::PrintToString(content);
    }
  });
}

TEST(ContentDoor, HoldsForRandomContentCutAnyhow) {
  std::mt19937 random(7);
  std::string_view const alphabet = "\r\n.\r\n.abc :\xFF";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto length = random() % 200; length > 0; --length) text += alphabet[random() % alphabet.size()];
    auto const content = taken_in(text, Body::seven_bit, 1 + random() % 40);
    ContentDoor door(LeavesBy::data, Body::seven_bit);
    std::string sent;
    for (std::size_t at = 0; at < content.size();) {
      auto const piece = std::string_view(content).substr(at, 1 + random() % 40);
      at += piece.size();
      sent += door.pass(piece, at == content.size());
    }
    ASSERT_TRUE(only_crlf(sent) && ends_once(sent)) << testing::PrintToString(text);
  }
}

TEST(ContentDoor, NeverLetsBinaryContentOutByData) {  // RFC 3030 section 3
  EXPECT_THROW(ContentDoor(LeavesBy::data, Body::binary_mime), BrokenInvariant);
  ContentDoor closed(LeavesBy::data, Body::seven_bit);
  closed.pass("x", true);
  EXPECT_THROW(closed.pass("y", true), BrokenInvariant);
}

TEST(ContentDoor, LetsConvertedContentOutIn7BitsWhateverItWas) {  // RFC 6152 section 3, RFC 3030 section 3
  std::string const binary(
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
      "image/png\r\n"
      "Content-Transfer-Encoding: binary\r\n\r\n\xFF\n.\n\r.\r\r\n--b--\r\n");
  SevenBitPlan plan;
  plan.feed(binary);
  plan.finish();
  ASSERT_EQ(plan.obstacle(), "");
  for (auto const by : {LeavesBy::data, LeavesBy::chunks})
    for (std::size_t const piece : {std::size_t{1}, std::size_t{5}, binary.size()}) {
      ContentDoor door(by, Body::seven_bit, plan.forms());
      std::string out;
      in_pieces(binary, piece, [&](std::string_view bytes, bool last) { out += door.pass(bytes, last); });
      EXPECT_TRUE(is_ascii(out) && only_crlf(out));
      EXPECT_NE(out.find("\r\n\r\n/wouCg0uDQ==\r\n--b--\r\n"), std::string::npos) << out;
      EXPECT_EQ(ends_once(out), by == LeavesBy::data);
    }
  EXPECT_THROW(ContentDoor(LeavesBy::chunks, Body::binary_mime, plan.forms()), BrokenInvariant);
}

// What has been signed is the content without the fields, as it leaves by BDAT: they must not change it.
TEST(ContentDoor, PutsFieldsBeforeTheContentAndChangesNothingElse) {
  std::string const fields = "DKIM-Signature: v=1;\r\n\tb=x\r\n";
  for_each_string("\r\n.x", 6, [&](std::string_view text) {
    for (std::size_t const piece : {std::size_t{1}, text.size() + 1}) {
      ContentDoor door(LeavesBy::chunks, Body::seven_bit);
      door.begin_with(fields);
      std::string out;
      in_pieces(text, piece, [&](std::string_view bytes, bool last) { out += door.pass(bytes, last); });
      ASSERT_EQ(out, fields + let_out(LeavesBy::chunks, Body::seven_bit, text, piece))
          << testing::PrintToString(text);
    }
  });
}

TEST(ContentDoor, TakesReturnPathOutWhereFinalDeliveryWritesIt) {  // RFC 5321 section 4.4
  std::string const content =
      "Received: x\r\nReturn-Path: <forged@a.example>\r\n\t(folded)\r\nreturn-path : <>\r\nTo: "
      "y\r\n\r\nb\r\n";
  EXPECT_EQ(let_out(LeavesBy::file, Body::seven_bit, content, 5), "Received: x\nTo: y\n\nb\n");
  EXPECT_EQ(let_out(LeavesBy::file, Body::binary_mime, content, 5), "Received: x\r\nTo: y\r\n\r\nb\r\n");
  EXPECT_EQ(let_out(LeavesBy::chunks, Body::seven_bit, content, 5), content);
}

}  // namespace
}  // namespace postern::wire

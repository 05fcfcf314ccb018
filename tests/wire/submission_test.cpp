// Mail from local programs: address lists, messages made fit, dropped files.
#include "wire/submission.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/example_policy.hpp"
#include "support/exhaustive.hpp"
#include "wire/address_list.hpp"
#include "wire/content_end.hpp"
#include "wire/dropped_message.hpp"
#include "wire/lf_lines.hpp"

namespace postern::wire {
namespace {

std::string listed(std::string_view text) {
  auto const addresses = parse_address_list(text, "host.example");
  if (!addresses) return "error";
  std::string out;
  for (auto const& address : *addresses) out += (out.empty() ? "" : " ") + address.print();
  return out;
}

TEST(AddressList, FindsAddressesAmongNamesCommentsAndGroups) {  // RFC 5322 section 3.4
  EXPECT_EQ(listed("a@b.example"), "a@b.example");
  EXPECT_EQ(listed("\"A, B\" <a@b.example>, C D <c@d.example> (x, (y) z),\r\n e@f.example;"),
            "a@b.example c@d.example e@f.example");
  EXPECT_EQ(listed("Friends: a@b.example, c@d.example;, root"), "a@b.example c@d.example root@host.example");
  EXPECT_EQ(listed("undisclosed-recipients:;"), "");
  EXPECT_EQ(listed("\"a b\"@c.example, <\"x,y\"@z.example>"), "\"a b\"@c.example \"x,y\"@z.example");
  EXPECT_EQ(listed(" , ,"), "");
  for (auto const* text : {"a b@c.example", "<a@>", "a@b.example c@d.example", "@x"})
    EXPECT_EQ(listed(text), "error") << text;
}

TEST(AddressList, PassesOverSourceRoutesAndCommentsInAngleBrackets) {  // RFC 5322 section 4.4
  EXPECT_EQ(listed("<@a.example,@b.example:user@c.example>"), "user@c.example");
  EXPECT_EQ(listed("Him < @[IPv6:2001:db8::1] , , @b.example : user@c.example >, d@e.example"),
            "user@c.example d@e.example");
  EXPECT_EQ(listed("<@a.example:root>"), "root@host.example");
  EXPECT_EQ(listed("<\"@a:b\"@c.example>"), "\"@a:b\"@c.example");
  EXPECT_EQ(listed("<user@c.example (<him>)>"), "user@c.example");
  for (auto const* text : {"<@a.example:>", "<@a.example>", "<@a.example:@b.example:>", "<@:a b@c.example>"})
    EXPECT_EQ(listed(text), "error") << text;
}

SubmissionContext context(bool reads_recipients) {
  return {.from = "me@host.example",
          .full_name = "Me",
          .hostname = "mx.host.example",
          .origin = "host.example",
          .unique = "u1",
          .reads_recipients = reads_recipients};
}

Submission prepared(std::string_view text, bool reads_recipients = true) {
  return *prepare_submission(text, context(reads_recipients));
}

std::string recipients_of(std::string_view text) {
  auto const made = prepare_submission(text, context(true));
  if (!made) return "error";
  std::string out;
  for (auto const& address : made->recipients) out += (out.empty() ? "" : " ") + address.print();
  return out;
}

constexpr std::string_view complete = "From: x@y.example\nDate: now\nMessage-ID: <1>\n";

// What becomes of a message in which nothing is missing.
std::string content_of(std::string_view text) {
  auto const whole = prepared(std::string(complete) + std::string(text), false).content;
  std::string const head = "From: x@y.example\r\nDate: now\r\nMessage-ID: <1>\r\n";
  EXPECT_EQ(whole.substr(0, head.size()), head) << text;
  return whole.substr(std::min(head.size(), whole.size()));
}

TEST(Submission, AddsWhatIsMissingAndTakesBccOut) {
  auto const made =
      prepared("To: a@b.example\nBcc: c@d.example,\n e@f.example\nSubject: x\n folded\n\nbody\r\n.\nend");
  EXPECT_EQ(made.content,
            "To: a@b.example\r\nSubject: x\r\n folded\r\nFrom: \"Me\" <me@host.example>\r\nDate: Thu, 1 Jan "
            "1970 00:00:00 "
            "+0000\r\nMessage-ID: <u1@mx.host.example>\r\n\r\nbody\r\n.\r\nend\r\n");
  ASSERT_EQ(made.recipients.size(), 3U);
  EXPECT_EQ(made.recipients[2].print(), "e@f.example");
  auto const whole = prepared("from: x@y.example\ndate: now\nmessage-id: <1>\n\n", false);
  EXPECT_EQ(whole.content, "from: x@y.example\r\ndate: now\r\nmessage-id: <1>\r\n\r\n");
  EXPECT_TRUE(whole.recipients.empty());
  EXPECT_FALSE(prepare_submission("To: not an address\n\n", context(true)));
}

TEST(Submission, LeavesOutAByteOrderMarkAtTheBeginning) {
  EXPECT_EQ(recipients_of("\xEF\xBB\xBFTo: a@b.example\n\nx\n"), "a@b.example");
  EXPECT_EQ(prepared("\xEF\xBB\xBFTo: a@b.example\n\nx\n").content.substr(0, 17), "To: a@b.example\r\n");
  EXPECT_EQ(content_of("\n\xEF\xBB\xBFx\n"), "\r\n\xEF\xBB\xBFx\r\n") << "elsewhere it is text";
}

std::string from_of(std::string const& full_name) {
  auto named = context(false);
  named.full_name = full_name;
  auto const content = prepare_submission("\n", named)->content;
  return content.substr(0, content.find("\r\nDate:"));
}

TEST(Submission, NamesTheAuthorInEncodedWordsWhereTheNameIsNotAscii) {  // RFC 2047 section 2
  EXPECT_EQ(from_of(""), "From: <me@host.example>");
  EXPECT_EQ(from_of("A \"B\""), "From: \"A \\\"B\\\"\" <me@host.example>");
  EXPECT_EQ(from_of("J\xC3\xBCrgen"), "From: =?utf-8?b?SsO8cmdlbg==?=\r\n <me@host.example>");
  EXPECT_EQ(from_of("J\xFCrgen"), "From: =?unknown-8bit?b?SvxyZ2Vu?=\r\n <me@host.example>");
  EXPECT_EQ(from_of("\xC3\xBC\r\nX: y"), from_of("\xC3\xBC??X: y")) << "no name begins a field";
}

TEST(Submission, TakesAnyNumberOfReturnsBeforeALineFeedForOneLineEnd) {
  auto const made = prepared("To: a@b.example\r\r\nSubject: x\r\r\r\n\r\r\nbody\r\r\nend");
  EXPECT_EQ(made.content.find("\r\n\r\n"), made.content.find("\r\n\r\nbody\r\nend\r\n"));
  EXPECT_EQ(made.content.substr(0, 29), "To: a@b.example\r\nSubject: x\r\n");
}

TEST(Submission, EndsTheHeaderSectionWhereSendmailDoes) {
  EXPECT_EQ(content_of("\nbody\n"), "\r\nbody\r\n");
  EXPECT_EQ(content_of("no field\nX: 1\n\ny\n"), "\r\nno field\r\nX: 1\r\n\r\ny\r\n")
      << "a line without a colon";
  EXPECT_EQ(content_of("two words: x\n"), "\r\ntwo words: x\r\n") << "no field name";
  EXPECT_EQ(content_of(": x\n"), "\r\n: x\r\n");
  EXPECT_EQ(content_of(""), "\r\n");
  EXPECT_NE(prepared("all body, no header\n").content.find("\r\n\r\nall body, no header\r\n"),
            std::string::npos);
  EXPECT_NE(prepared(" folded: what?\n").content.find("\r\n\r\n folded: what?\r\n"), std::string::npos);
  EXPECT_NE(prepared("\nTo: a@b.example\n").content.find("\r\n\r\nTo: a@b.example\r\n"), std::string::npos);
}

TEST(Submission, TakesABlankBeforeTheColon) {  // RFC 5322 section 4.5
  EXPECT_EQ(content_of("Subject : x\nX-A\t : y\n\n"), "Subject: x\r\nX-A: y\r\n\r\n");
  EXPECT_EQ(recipients_of("To : a@b.example\nBcc\t: c@d.example\n\n"), "a@b.example c@d.example");
  EXPECT_EQ(prepared("Bcc : c@d.example\n\n").content.find("c@d.example"), std::string::npos);
}

TEST(Submission, SkipsTheFromLinesOfAnMbox) {  // RFC 4155
  for (std::string const line : {"From bob@example.org Mon Nov 23 10:00:00 2026\n", "From nobody\n",
                                 ">From bob Mon Nov 23 10:00:00 2026 remote from pc\n",
                                 "From a Mon Nov 23 10:00:00 2026\n>From b Mon Nov 23 10:00:00 2026\n"}) {
    EXPECT_EQ(recipients_of(line + "To: a@b.example\n\nx\n"), "a@b.example") << line;
    EXPECT_EQ(prepared(line + "To: a@b.example\n\nx\n").content.substr(0, 17), "To: a@b.example\r\n") << line;
  }
  EXPECT_EQ(content_of("X: 1\n>From b Mon Nov 23 10:00:00 2026\nY: 2\n\n"), "X: 1\r\nY: 2\r\n\r\n");
  EXPECT_EQ(content_of("X: 1\nFrom me to you\nNote: y\n"), "X: 1\r\n\r\nFrom me to you\r\nNote: y\r\n");
  for (std::string const text : {"From now on\n", "From now on\n\nTo: a@b.example\n", ">From x\nand y\n"}) {
    auto const content = prepared(text).content;
    EXPECT_NE(content.find("\r\n\r\n" + text.substr(0, text.find('\n'))), std::string::npos)
        << "text that no field follows is kept: " << text;
  }
  EXPECT_EQ(prepared("From : x@y.example\n\n").content.substr(0, 19), "From: x@y.example\r\n") << "a field";
}

TEST(Submission, SendsWhatIsResentToThoseOfTheResending) {  // RFC 5322 section 3.6.6
  std::string const original = "To: old@b.example\nCc: older@b.example\n\nx\n";
  EXPECT_EQ(
      recipients_of("Resent-To: a@b.example\nResent-Cc: c@d.example\nResent-Bcc: e@f.example\n" + original),
      "a@b.example c@d.example e@f.example");
  EXPECT_EQ(recipients_of("resent-from: me@b.example\n" + original), "") << "nobody is named";
  EXPECT_EQ(recipients_of("Resent-To: a@b.example\nReceived: x\nResent-To: past@b.example\n" + original),
            "a@b.example")
      << "an earlier resending is below the trace of its way";
  EXPECT_EQ(recipients_of("Received: x\nResent-To: a@b.example\n" + original), "a@b.example");
  EXPECT_EQ(recipients_of("Received: x\n" + original), "old@b.example older@b.example");
  EXPECT_EQ(prepared("Resent-Bcc: e@f.example\nBcc: c@d.example\nTo: a@b.example\n\n").content.substr(0, 17),
            "To: a@b.example\r\n");
}

TEST(Submission, AddsTheOriginToAddressesWithoutADomain) {
  EXPECT_EQ(recipients_of("To: root, \"A B\" <bob>, postmaster\n\n"),
            "root@host.example bob@host.example postmaster@host.example");
}

TEST(Submission, KeepsWhatLinesHoldWhateverTheyEndWith) {
  std::string const nul("a\0b", 3), endless(100'000, 'x'), eight = "\xC3\xA9\xFF";
  EXPECT_EQ(content_of("\n" + nul + "\n" + endless + "\r\n" + eight),
            "\r\n" + nul + "\r\n" + endless + "\r\n" + eight + "\r\n");
  EXPECT_EQ(content_of("X: 1\r\n \n\t\r\n y\n\r\nb\n"), "X: 1\r\n y\r\n\r\nb\r\n") << "no line of blanks";
}

// The header section never takes in a line that is none, and nothing of the body is lost: whatever the lines.
TEST(Submission, HasOneHeaderSectionAndTheWholeBodyForEveryText) {
  auto const bare = prepared("", false).content;  // what is added has that letter, too
  auto const added = std::count(bare.begin(), bare.end(), 'x');
  tests::for_each_string("x: \r\n", 7, [added](std::string_view text) {
    auto const made = prepare_submission(text, context(false));
    ASSERT_TRUE(made) << testing::PrintToString(text);
    auto const& content = made->content;
    auto const end = content.find("\r\n\r\n");
    ASSERT_NE(end, std::string::npos) << testing::PrintToString(text);
    for (std::size_t at = 0; at <= end; at = content.find("\r\n", at) + 2) {
      auto const line = content.substr(at, content.find("\r\n", at) - at);
      bool const folded = at > 0 && line.front() == ' ' && line.find_first_not_of(' ') != std::string::npos;
      ASSERT_TRUE(folded || (line.front() != ' ' && line.find(':') != std::string::npos &&
                             line.find(':') > 0 && line[line.find(':') - 1] != ' '))
          << testing::PrintToString(text);
    }
    auto const kept = std::count(content.begin(), content.end(), 'x') - added;
    ASSERT_EQ(kept, std::count(text.begin(), text.end(), 'x')) << testing::PrintToString(text);
    for (std::size_t i = 0; i < content.size(); ++i) {
      bool const pair = content[i] == '\r' ? content[i + 1] == '\n' : i > 0 && content[i - 1] == '\r';
      if (content[i] == '\r' || content[i] == '\n') ASSERT_TRUE(pair) << testing::PrintToString(text);
    }
  });
}

TEST(LoneDot, IsADotAndNothingElse) {
  tests::for_each_string(". \rx", 4, [](std::string_view line) {
    EXPECT_EQ(is_lone_dot(line), line == "." || line == ".\r") << testing::PrintToString(line);
  });
}

// The definition: lines end with LF, a CR before it belongs to the end; the first line of a lone dot ends the
// content, and other lines lose a dot at their beginning (RFC 5321 section 4.5.2).
struct LfContent {
  std::string kept;
  std::size_t taken = 0;
  bool ended = false;
};

LfContent lf_content_by_definition(std::string_view text) {
  LfContent content;
  while (content.taken < text.size() && !content.ended) {
    auto const lf = text.find('\n', content.taken);
    if (lf == std::string_view::npos) break;
    auto line = text.substr(content.taken, lf - content.taken);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    content.ended = line == ".";
    if (!content.ended) content.kept += std::string(line.substr(line.substr(0, 1) == "." ? 1 : 0)) + "\r\n";
    content.taken = lf + 1;
  }
  return content;
}

TEST(LfLines, EndContentAtTheFirstLineOfALoneDotWhateverTheLinesEndWith) {
  tests::for_each_string("\r\n.x", 7, [](std::string_view text) {
    auto const expected = lf_content_by_definition(text);
    for (std::size_t const piece : {std::size_t{1}, std::size_t{2}, std::size_t{8}}) {
      LfLines lines;
      ContentEnd end;
      std::string kept;
      std::size_t taken = 0;
      while (taken < text.size() && !end.ended()) {
        std::string line;
        taken += lines.take(text.substr(taken, piece), line);
        auto const fed = end.feed(line, [&](std::string_view bytes) { kept += bytes; });
        ASSERT_EQ(fed, line.size()) << testing::PrintToString(text);
      }
      ASSERT_EQ(end.ended(), expected.ended) << testing::PrintToString(text);
      if (!end.ended()) continue;
      ASSERT_EQ(taken, expected.taken) << testing::PrintToString(text);
      ASSERT_EQ(kept, expected.kept) << testing::PrintToString(text);
    }
  });
}

TEST(DroppedMessage, ComesBack) {
  DroppedMessage message;
  message.mail.reverse_path = tests::address("s@far.example");
  message.mail.body = Body::eight_bit_mime;
  message.mail.smtputf8 = true;
  message.mail.ret = Ret::headers;
  message.mail.envid = "Q1";
  message.recipients.push_back({tests::address("\"a b\"@c.example"), *Notify::parse("NEVER"), "rfc822;x"});
  message.recipients.push_back({tests::address("postmaster"), {}, {}});
  message.content = "Subject: x\r\n\r\n\xFF\n\n";
  auto const read = parse_dropped_message(print(message), 100);
  ASSERT_TRUE(read);
  EXPECT_EQ(print(*read), print(message));
  for (auto const* text :
       {"", "postern-drop 1\n", "postern-drop 1\nFROM:<>\n\n", "postern-drop 1\nFROM:<>\nTO:<a@b.example>",
        "postern-drop 1\nFROM:<>\nTO:<a@b.example\n\n", "postern-drop 2\nFROM:<>\nTO:<a@b.example>\n\n"})
    EXPECT_FALSE(parse_dropped_message(text, 100)) << text;
}

TEST(DroppedMessage, IsBoundedInContentAndLines) {
  std::string const envelope = "postern-drop 1\nFROM:<>\nTO:<a@b.example>\n\n";
  EXPECT_TRUE(parse_dropped_message(envelope + std::string(100, 'x'), 100));
  EXPECT_FALSE(parse_dropped_message(envelope + std::string(101, 'x'), 100));
  EXPECT_FALSE(parse_dropped_message(
      "postern-drop 1\nFROM:<>\nTO:<a@b.example>" + std::string(5000, ' ') + "\n\n", 100));
}

TEST(DroppedMessage, HasRoomForTheLongestRecipientThatTheServerTakes) {
  std::string const quoted(254, '"');  // each is written with a backslash
  DroppedMessage message;
  message.recipients.push_back({.forward_path = Address(quoted, *Domain::parse("example.org")),
                                .notify = *Notify::parse("SUCCESS,FAILURE,DELAY"),
                                .orcpt = "rfc822;" + std::string(493, 'x')});
  auto const read = parse_dropped_message(print(message), 0);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(print(*read), print(message));
}

}  // namespace
}  // namespace postern::wire

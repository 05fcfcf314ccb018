#include <gtest/gtest.h>

#include "support/exhaustive.hpp"
#include "wire/bdat_command.hpp"
#include "wire/command.hpp"
#include "wire/esmtp_parameters.hpp"
#include "wire/line_splitter.hpp"
#include "wire/mail_command.hpp"
#include "wire/path.hpp"
#include "wire/rcpt_command.hpp"

namespace postern::wire {
namespace {

TEST(Command, KnowsItsVerbsInAnyCase) {
  EXPECT_EQ(parse_command("ehlo  x ").verb, Verb::ehlo);
  EXPECT_EQ(parse_command("ehlo  x ").argument, "x");
  EXPECT_EQ(parse_command("QuIt").verb, Verb::quit);
  for (auto const* line : {"", " EHLO x", "EHLOx", "MAILFROM:<a@b>", "QUIT\x01", "STARTTLS1"})
    EXPECT_EQ(parse_command(line).verb, Verb::unknown) << line;
}

TEST(Command, PrintsTheVerbsItKnows) {
  for (int i = 0; i < static_cast<int>(Verb::unknown); ++i) {
    auto const verb = static_cast<Verb>(i);
    EXPECT_EQ(parse_command(print(verb)).verb, verb) << print(verb);
  }
  EXPECT_EQ(print(Verb::unknown), "unknown");
}

struct PathCase {
  char const* text;
  char const* printed;  // nullptr: refused
};

TEST(Path, TakesWhatRealClientsSend) {  // RFC 5321 section 4.1.2
  for (auto const& c : std::vector<PathCase>{{"<a@example.org>", "a@example.org"},
                                             {"<A.b+c@Example.ORG>", "A.b+c@Example.ORG"},
                                             {"<\"a b\"@example.org>", "\"a b\"@example.org"},
                                             {"<\"a\\\"b\"@example.org>", "\"a\\\"b\"@example.org"},
                                             {"<\"plain\"@example.org>", "plain@example.org"},
                                             {"<@one.example,@two.example:a@example.org>", "a@example.org"},
                                             {"<a@[192.0.2.1]>", "a@[192.0.2.1]"},
                                             {"<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]"},
                                             {"<postmaster>", "postmaster"},
                                             {"<ü@bücher.example>", "ü@bücher.example"},
                                             {"a@example.org", "a@example.org"},
                                             {"<a..b@example.org>", "\"a..b\"@example.org"},
                                             {"<a>", nullptr},
                                             {"<>", nullptr},
                                             {"<a@example.org", nullptr},
                                             {"<a@>", nullptr},
                                             {"<@example.org>", nullptr},
                                             {"<a@b@c>", nullptr},
                                             {"<a b@example.org>", nullptr},
                                             {"<a@[1.2.3]>", nullptr},
                                             {"<a@[2001:db8::1]>", nullptr},
                                             {"<a@[IPv6:1.2.3.4]>", nullptr},
                                             {"<a@exa mple.org>", nullptr},
                                             {"<\"unclosed@example.org>", nullptr},
                                             {"<\xff@example.org>", nullptr},
                                             {"<a@example.org>x", nullptr},
                                             {"<@one.example:>", nullptr}}) {
    Cursor at(c.text);
    auto const path = forward_path(at);
    ASSERT_EQ(path.has_value(), c.printed != nullptr) << c.text;
    if (path) EXPECT_EQ(path->print(), c.printed);
  }
}

TEST(Path, BoundsTheLocalPart) {
  EXPECT_TRUE(parse_mailbox(std::string(256, 'a') + "@example.org"));
  EXPECT_FALSE(parse_mailbox(std::string(257, 'a') + "@example.org"));
}

TEST(Path, PrintsWhatItParses) {
  for (auto const* text : {"a@example.org", "\"a b\"@example.org", "\"\"@example.org", "x@[192.0.2.1]"})
    EXPECT_EQ(parse_mailbox(text)->print(), text);
}

TEST(MailCommand, ReadsAllItsParameters) {
  auto const mail =
      parse_mail("FROM:<a@b.example> SIZE=1000 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ+3D1 REQUIRETLS");
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->reverse_path->print(), "a@b.example");
  EXPECT_EQ(mail->size, 1000U);
  EXPECT_EQ(mail->body, Body::eight_bit_mime);
  EXPECT_TRUE(mail->smtputf8);
  EXPECT_TRUE(mail->requiretls);
  EXPECT_EQ(mail->ret, Ret::headers);
  EXPECT_EQ(mail->envid, "QQ+3D1");
}

TEST(MailCommand, KnowsTheNullSender) {
  EXPECT_FALSE(parse_mail("FROM:<>")->reverse_path);
  EXPECT_FALSE(parse_mail("from: <> SIZE=1")->reverse_path);
}

TEST(MailCommand, RefusesWhatIsWrong) {
  using Kind = ArgumentError::Kind;
  auto const kind = [](std::string_view text) { return parse_mail(text).error().kind; };
  EXPECT_EQ(kind("TO:<a@b.example>"), Kind::syntax);
  EXPECT_EQ(kind(""), Kind::syntax);
  EXPECT_EQ(kind("FROM:<a@>"), Kind::path);
  EXPECT_EQ(kind("FROM:<postmaster>"), Kind::path);
  EXPECT_EQ(kind("FROM:<a@b.example> SIZE=x"), Kind::bad_parameter);
  EXPECT_EQ(kind("FROM:<a@b.example> SIZE=99999999999999999999"), Kind::bad_parameter);
  EXPECT_EQ(kind("FROM:<a@b.example> SIZE=1 SIZE=2"), Kind::bad_parameter);
  EXPECT_EQ(kind("FROM:<a@b.example> SIZE="), Kind::bad_parameter);
  EXPECT_EQ(kind("FROM:<a@b.example> BODY=9BIT"), Kind::bad_parameter);
  EXPECT_EQ(kind("FROM:<a@b.example> BODY="), Kind::bad_parameter);
  EXPECT_EQ(kind("FROM:<a@b.example> SMTPUTF8="), Kind::bad_parameter);
  EXPECT_EQ(kind("FROM:<a@b.example> ENVID=a\x01z"), Kind::bad_parameter) << "a control character";
  EXPECT_EQ(kind("FROM:<a@b.example> X"), Kind::unknown_parameter);
  EXPECT_EQ(kind("FROM:<a@b.example> AUTHENTIC=x"), Kind::unknown_parameter);
}

TEST(MailCommand, TakesAuthAndBelievesNothingOfIt) {  // RFC 4954 section 5
  for (auto const* text : {"AUTH=<>", "AUTH=e+3Dmc2@example.com", "auth=<a@b.example>", "AUTH=", "AUTH",
                           "AUTH=+zz=\xc3\xbc", "SIZE=1 AUTH=<> BODY=8BITMIME"}) {
    auto const mail = parse_mail("FROM:<a@b.example> " + std::string(text));
    ASSERT_TRUE(mail) << text;
    EXPECT_EQ(mail->reverse_path->print(), "a@b.example");
  }
}

TEST(MailCommand, IsTakenWithoutAnEnvidThatCannotBeRead) {
  for (auto const& text : {std::string("ENVID"), std::string("ENVID="), std::string("ENVID=\xc3\xbc"),
                           "ENVID=" + std::string(101, 'x')}) {
    auto const mail = parse_mail("FROM:<a@b.example> " + text + " SIZE=5");
    ASSERT_TRUE(mail) << text;
    EXPECT_EQ(mail->envid, "");
    EXPECT_EQ(mail->size, 5U);
  }
  EXPECT_EQ(parse_mail("FROM:<a@b.example> ENVID=one ENVID=two")->envid, "one");
}

TEST(RcptCommand, ReadsNotifyAndOrcpt) {
  auto const rcpt = parse_rcpt("TO:<a@b.example> NOTIFY=SUCCESS,failure ORCPT=rfc822;x+2By@z.example");
  ASSERT_TRUE(rcpt);
  EXPECT_TRUE(rcpt->notify.success && rcpt->notify.failure && !rcpt->notify.delay);
  EXPECT_EQ(rcpt->notify.print(), "SUCCESS,FAILURE");
  EXPECT_EQ(rcpt->orcpt, "rfc822;x+2By@z.example");
  EXPECT_EQ(parse_rcpt("TO:<a@b.example> NOTIFY=NEVER")->notify.print(), "NEVER");
  EXPECT_TRUE(parse_rcpt("TO:<a@b.example>")->notify.wants_failure());
  EXPECT_FALSE(parse_rcpt("TO:<a@b.example> NOTIFY=NEVER")->notify.wants_failure());
  for (auto const* text : {"TO:<a@b.example> NOTIFY=NEVER,SUCCESS", "TO:<a@b.example> NOTIFY",
                           "TO:<a@b.example> NOTIFY=", "TO:<a@b.example> NOTIFY=DELAY NOTIFY=DELAY",
                           "FROM:<a@b.example>", "TO:<a@b.example> X=y"})
    EXPECT_FALSE(parse_rcpt(text)) << text;
}

TEST(RcptCommand, IsTakenWithoutAnOrcptThatCannotBeRead) {
  for (auto const* text : {"ORCPT", "ORCPT=", "ORCPT=x", "ORCPT=;x", "ORCPT=rfc822;", "ORCPT=rfc822;\xc3\xbc",
                           "ORCPT=utf-8;\xff", "ORCPT=r@c;x"}) {
    auto const rcpt = parse_rcpt("TO:<a@b.example> " + std::string(text) + " NOTIFY=DELAY");
    ASSERT_TRUE(rcpt) << text;
    EXPECT_EQ(rcpt->orcpt, "") << text;
    EXPECT_TRUE(rcpt->notify.delay);
  }
}

// RFC 3461 section 4, read one character at a time.
std::optional<std::string> xtext_by_definition(std::string text) {
  std::string out;
  while (!text.empty()) {
    if (text[0] != '+') {
      if (text[0] < '!' || text[0] > '~' || text[0] == '=') return std::nullopt;
      out += text[0];
      text.erase(0, 1);
      continue;
    }
    constexpr std::string_view digits = "0123456789ABCDEF";
    if (text.size() < 3) return std::nullopt;
    auto const high = digits.find(text[1]), low = digits.find(text[2]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    text.erase(0, 3);
  }
  return out;
}

TEST(Xtext, IsDecodedAsDefined) {  // RFC 3461 section 4
  tests::for_each_string("+2Ba= \x7f", 6, [](std::string_view text) {
    ASSERT_EQ(decode_xtext(text), xtext_by_definition(std::string(text))) << testing::PrintToString(text);
  });
}

TEST(BdatCommand, NeedsASize) {  // RFC 3030 section 2
  EXPECT_EQ(parse_bdat("100")->size, 100U);
  EXPECT_TRUE(parse_bdat("0 last")->last);
  for (auto const* text : {"", "LAST", "-1", "1x", "1 FIRST", "99999999999999999999999", "1LAST"})
    EXPECT_FALSE(parse_bdat(text)) << text;
}

TEST(LineSplitter, GivesLinesHoweverTheyCome) {
  std::string const input = "EHLO x\r\nMAIL FROM:<a@b>\nNOOP a\rb\r\n\r\nrest";
  for (std::size_t piece = 1; piece <= input.size(); ++piece) {
    LineSplitter splitter(100);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < input.size(); at += piece) {
      auto const bytes = std::string_view(input).substr(at, piece);
      std::copy(bytes.begin(), bytes.end(), splitter.room().begin());
      splitter.filled(bytes.size());
      while (auto const line = splitter.next())
        lines.push_back(std::string(line->text) + (line->end == LineEnd::crlf ? "|" : "!"));
    }
    EXPECT_EQ(lines, (std::vector<std::string>{"EHLO x|", "MAIL FROM:<a@b>!", "NOOP a\rb|", "|"}));
    EXPECT_EQ(splitter.rest(), "rest");
  }
}

TEST(LineSplitter, ReportsAnEndlessLineOnceAndGoesOnBehindIt) {
  LineSplitter splitter(100);
  int too_long = 0;
  for (int i = 0; i < 1000; ++i) {
    auto const room = splitter.room();
    std::fill(room.begin(), room.end(), 'x');
    splitter.filled(room.size());
    while (auto const line = splitter.next()) too_long += line->end == LineEnd::too_long;
  }
  std::string const end = "\r\nNOOP\r\n";
  std::copy(end.begin(), end.end(), splitter.room().begin());
  splitter.filled(end.size());
  EXPECT_EQ(splitter.next()->text, "NOOP");
  EXPECT_EQ(too_long, 1);
}

}  // namespace
}  // namespace postern::wire

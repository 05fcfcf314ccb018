#include "delivery/digest_message.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"

namespace postern::delivery {
namespace {

DigestMail mail(DigestOf of, std::size_t actions) {
  store::RuleAction const action{
      from_micros(0), "a@far.example", "alice@example.org", "mx.far.example", "deferred", "rule; reason",
      false};
  return {.day = "2026-01-31",
          .hostname = "mx.example.org",
          .contact = "postmaster@example.org",
          .of = of,
          .actions = std::vector<store::RuleAction>(actions, action)};
}

TEST(DigestMessage, TellsAMailboxAboutItsOwnMailAndThePostmasterAboutAll) {
  auto const own = digest_text(mail(DigestOf::own_mail, 1));
  EXPECT_NE(own.find("of mail for you"), std::string::npos);
  EXPECT_NE(own.find("00:00:00  deferred  from <a@far.example>"), std::string::npos);
  EXPECT_NE(own.find("by mx.far.example, without TLS: rule; reason"), std::string::npos);
  EXPECT_NE(own.find("postmaster@example.org"), std::string::npos);
  EXPECT_EQ(own.find("alice"), std::string::npos);
  auto const all = digest_text(mail(DigestOf::all_mail, 1));
  EXPECT_NE(all.find("to <alice@example.org>"), std::string::npos);
  EXPECT_EQ(all.find("of mail for you"), std::string::npos);
}

TEST(DigestMessage, StopsAtFiveHundredLinesAndSaysHowManyMoreThereAre) {
  EXPECT_EQ(digest_text(mail(DigestOf::own_mail, 500)).find("more."), std::string::npos);
  EXPECT_NE(digest_text(mail(DigestOf::own_mail, 503)).find("... and 3 more."), std::string::npos);
}

TEST(DigestMessage, QuotesStrangersTextAsPrintableAscii) {
  auto forged = mail(DigestOf::own_mail, 1);
  forged.actions[0].sender = "x\r\nBcc: <all@example.org>";
  EXPECT_EQ(digest_text(forged).find("\r\nBcc:"), std::string::npos);
}

TEST(DigestMessage, IsFromTheNullSenderAndAnswersNobody) {  // RFC 3834 section 5
  auto const message = make_digest_message(mail(DigestOf::own_mail, 1), tests::address("alice@example.org"),
                                           MessageId{9}, from_micros(0));
  EXPECT_FALSE(message.envelope.reverse_path);
  ASSERT_EQ(message.envelope.recipients.size(), 1U);
  EXPECT_EQ(message.envelope.recipients[0].address.print(), "alice@example.org");
  EXPECT_NE(message.content.find("\r\nAuto-Submitted: auto-generated\r\n"), std::string::npos);
}

}  // namespace
}  // namespace postern::delivery

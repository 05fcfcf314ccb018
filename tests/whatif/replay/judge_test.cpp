// What a rule would have done with one reception.
#include "whatif/replay/judge.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

Judgement judged(Reception const& reception, std::string const& rule) {
  auto const parsed = parse_rule(rule).value();
  policy::TlsMemory memory;
  policy::DeferredMail deferred;
  auto const sender = parsed.asks_sender ? SenderAddress::asked_for : SenderAddress::not_asked_for;
  return Evaluation(reception, memory, "198.51.100.0/24", sender).by(parsed, deferred);
}

TEST(Judge, WhatIsNotToldOfTlsIsUnknownOnlyWhereTheRuleDependsOnIt) {
  auto reception = reception_from("198.51.100.7", Tristate::unknown, "a@bank.example");
  reception.recipients = {"b@dest.example"};
  EXPECT_EQ(judged(reception, "require-tls"), Judgement::unknown);
  EXPECT_EQ(judged(reception, "require-tls for other.example"), Judgement::delivered);
  EXPECT_EQ(judged(reception, "require-tls from other.example"), Judgement::delivered);
  EXPECT_EQ(judged(reception, "require-tls from bank.example"), Judgement::unknown);
}

TEST(Judge, TlsWithoutItsVersionIsEnoughForSomeRules) {
  auto reception = reception_from("198.51.100.7", Tristate::yes);
  reception.tls.version.clear();
  reception.tls.certificate.reset();
  EXPECT_EQ(judged(reception, "require-tls"), Judgement::delivered);
  EXPECT_EQ(judged(reception, "require-tls>=1.2"), Judgement::unknown);
  EXPECT_EQ(judged(reception, "require-client-certificate"), Judgement::unknown);
  reception.tls.version = "TLSv1.2";
  EXPECT_EQ(judged(reception, "require-tls>=1.2"), Judgement::delivered);
  EXPECT_EQ(judged(reception, "require-tls>=1.3"), Judgement::lost);
}

TEST(Judge, OneRecipientThatIsRefusedIsALoss) {
  auto reception = reception_from("198.51.100.7", Tristate::no);
  reception.recipients = {"a@one.example", "b@two.example"};
  EXPECT_EQ(judged(reception, "require-tls for two.example"), Judgement::lost);
  reception.recipients.pop_back();
  EXPECT_EQ(judged(reception, "require-tls for two.example"), Judgement::delivered);
}

TEST(Judge, MailToPostmasterIsAlwaysDelivered) {
  auto reception = reception_from("198.51.100.7", Tristate::no);
  reception.recipients = {"postmaster@one.example"};
  EXPECT_EQ(judged(reception, "require-tls"), Judgement::delivered);
}

}  // namespace
}  // namespace postern::tests

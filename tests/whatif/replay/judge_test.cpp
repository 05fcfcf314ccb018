// What a rule would have done with one reception.
#include "whatif/replay/judge.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

Judgement judged(Reception const& reception, std::string const& rule) {
  auto const parsed = parse_rule(rule).value();
  policy::TlsMemory memory;
  RulePast past;
  auto const sender = parsed.asks_sender ? SenderAddress::asked_for : SenderAddress::not_asked_for;
  Evaluation evaluation(memory);
  evaluation.begin(reception, "198.51.100.0/24", sender);
  return evaluation.by(parsed, past);
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

// All that a source may tell of TLS, once with recipients and once without.
std::vector<Reception> receptions_of_every_tls() {
  std::vector<Reception> all;
  using policy::ClientCertificate;
  for (auto const used : {Tristate::unknown, Tristate::no, Tristate::yes})
    for (auto const* const version : {"", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "TLSv1.4"})
      for (int certificate = -1; certificate <= static_cast<int>(ClientCertificate::trusted); ++certificate)
        for (auto const* const failure : {"", "no shared cipher"})
          for (auto const* const recipient : {"", "postmaster@dest.example"}) {
            auto reception = reception_from("198.51.100.7", used);
            reception.tls.version = version;
            reception.tls.failure = failure;
            reception.tls.certificate.reset();
            if (certificate >= 0) reception.tls.certificate = static_cast<ClientCertificate>(certificate);
            reception.recipients.clear();
            if (*recipient != '\0') reception.recipients.emplace_back(recipient);
            all.push_back(std::move(reception));
          }
  return all;
}

TEST(Judge, WhatWasJudgedBeforeChangesNoJudgement) {
  auto const receptions = receptions_of_every_tls();
  ASSERT_EQ(receptions.size(), 3U * 7 * 7 * 2 * 2);
  for (auto const* const name : {"require-tls", "require-tls>=1.2", "require-tls>=1.3",
                                 "require-client-certificate", "require-trusted-client-certificate"}) {
    auto const rule = parse_rule(name).value();
    ASSERT_TRUE(rule.asks_tls_alone) << name;
    policy::TlsMemory memory;
    Evaluation evaluation(memory);
    RulePast past;
    for (int round = 0; round < 2; ++round)
      for (auto const& reception : receptions) {
        evaluation.begin(reception, "198.51.100.0/24", SenderAddress::not_asked_for);
        EXPECT_EQ(evaluation.by(rule, past), judged(reception, name)) << name;
      }
  }
  EXPECT_FALSE(parse_rule("remembered").value().asks_tls_alone);
  EXPECT_FALSE(parse_rule("require-tls for a.example").value().asks_tls_alone);
}

}  // namespace
}  // namespace postern::tests

// What the answer says of a rule beside its share: what comes later, whose mail it is, and for whom the rule
// is.
#include <gtest/gtest.h>

#include "support/whatif.hpp"
#include "whatif/replay/countries.hpp"

namespace postern::tests {
namespace {

Reception mail_to(std::vector<std::string> recipients, Tristate tls, std::string const& client = "192.0.2.1",
                  std::string const& sender = "a@x.example") {
  auto out = reception_from(client, tls, sender);
  out.recipients = std::move(recipients);
  return out;
}

std::string numbers(RuleAnswer const& rule) {
  return std::to_string(rule.would_not_come) + " " + std::to_string(rule.would_come_later) + " " +
         std::to_string(rule.not_known);
}

TEST(AnswerParts, WhatWouldNotComeIsToldApartFromWhatComesLater) {
  std::vector<Reception> const all{reception_from("192.0.2.1", Tristate::no, "a@never.example"),
                                   reception_from("192.0.2.2", Tristate::no, "a@domain.example"),
                                   reception_from("192.0.2.3", Tristate::yes, "a@domain.example"),
                                   reception_from("192.0.2.4", Tristate::no, "a@host.example"),
                                   reception_from("192.0.2.4", Tristate::yes, "b@other.example"),
                                   reception_from("192.0.2.6", Tristate::unknown, "a@silent.example")};
  auto const rule = replay_all(all).rules[0];
  EXPECT_EQ(numbers(rule), "1 2 1");
  EXPECT_EQ(rule.gone.lost, 1U);
  EXPECT_EQ(rule.gone.messages, 5U);
  EXPECT_EQ(rule.lost.lost, rule.would_not_come + rule.would_come_later);
}

TEST(AnswerParts, WhatRememberedDefersIsNeverSaidToBeLost) {
  constexpr int day = 24 * 60;
  std::vector<Reception> all;
  for (int const at : {0, 10, day})
    all.push_back(reception_from("192.0.2.1", Tristate::yes, "a@x.example", at));
  for (int i = 1; i <= 5; ++i)
    all.push_back(reception_from("192.0.2.1", Tristate::no, "a@x.example", day + i));
  auto const rule = replay_all(all, {"remembered"}).rules[0];
  EXPECT_GT(rule.lost.lost, 0U) << "or the test proves nothing";
  EXPECT_EQ(rule.would_not_come, 0U);
  EXPECT_EQ(rule.would_come_later, rule.lost.lost);
  EXPECT_EQ(rule.gone.share_95.high, 0);
  EXPECT_EQ(rule.would_not_come_per_30_days, 0);
}

TEST(AnswerParts, ARuleForADomainIsMeasuredAgainstItsMail) {
  std::vector<Reception> const all{mail_to({"a@dest.example"}, Tristate::no),
                                   mail_to({"b@Dest.Example", "c@other.example"}, Tristate::yes),
                                   mail_to({"c@other.example"}, Tristate::no), mail_to({}, Tristate::yes)};
  auto const answer =
      replay_all(all, {"require-tls for dest.example", "require-tls from x.example", "require-tls"});
  EXPECT_EQ(answer.rules[0].lost.messages, 2U);
  EXPECT_EQ(answer.rules[0].lost.lost, 1U);
  EXPECT_TRUE(answer.rules[0].scope.is_seen);
  EXPECT_EQ(answer.rules[1].lost.messages, 4U);
  EXPECT_EQ(answer.rules[2].lost.messages, 4U);
}

TEST(AnswerParts, ADomainThatWasNeverSeenIsSaidWithTheNearestThatWas) {
  std::vector<Reception> const all{mail_to({"a@example.org"}, Tristate::no, "192.0.2.1", "a@bank.example"),
                                   mail_to({"a@other.test"}, Tristate::yes)};
  auto const answer =
      replay_all(all, {"require-tls for exmaple.org", "require-tls from bnak.example",
                       "require-tls from nobody-like-it.test", "require-tls for example.org"});
  EXPECT_FALSE(answer.rules[0].scope.is_seen);
  EXPECT_EQ(answer.rules[0].scope.nearest, "example.org");
  EXPECT_EQ(answer.rules[0].lost.messages, 0U);
  EXPECT_FALSE(answer.rules[1].scope.is_seen);
  EXPECT_EQ(answer.rules[1].scope.nearest, "bank.example");
  EXPECT_EQ(answer.rules[2].scope.nearest, "");
  EXPECT_TRUE(answer.rules[3].scope.is_seen);
}

TEST(AnswerParts, ADomainIsNotCalledUnseenWhereTheSourceNamesNobody) {
  auto const answer = replay_all({mail_to({}, Tristate::no)}, {"require-tls for example.org"});
  EXPECT_TRUE(answer.rules[0].scope.is_seen);
}

TEST(AnswerParts, WhoseMailItIsByRecipientNetworkAndCountry) {
  std::vector<Reception> const all{
      mail_to({"Alice@dest.example", "bob@dest.example"}, Tristate::no, "192.0.2.1", "a@x.example"),
      mail_to({"alice@dest.example"}, Tristate::no, "192.0.2.9", "a@x.example"),
      mail_to({"carol@dest.example"}, Tristate::yes, "192.0.2.9", "a@y.example"),
      mail_to({}, Tristate::no, "198.51.100.1", "a@z.example")};
  ReplaySettings settings;
  settings.shown.by_network = true;
  settings.countries = Countries::parse("192.0.2.0/24,XA\n").value();
  auto const rule = replay_all(all, {"require-tls"}, settings).rules[0];
  ASSERT_EQ(rule.recipients.parts.size(), 2U);
  EXPECT_EQ(rule.recipients.parts[0].name, "alice@dest.example");
  EXPECT_EQ(rule.recipients.parts[0].lost, 2U);
  EXPECT_EQ(rule.recipients.parts[0].not_come, 1U) << "the second host uses TLS at other times";
  EXPECT_EQ(rule.recipients.not_told, 1U);
  ASSERT_EQ(rule.recipient_domains.parts.size(), 1U);
  EXPECT_EQ(rule.recipient_domains.parts[0].lost, 3U);
  ASSERT_EQ(rule.networks.parts.size(), 2U);
  EXPECT_EQ(rule.networks.parts[0].name, "192.0.2.0/24");
  EXPECT_EQ(rule.networks.parts[0].lost, 2U);
  ASSERT_EQ(rule.countries.parts.size(), 1U);
  EXPECT_EQ(rule.countries.parts[0].name, "XA");
  EXPECT_EQ(rule.countries.not_told, 1U);
}

TEST(AnswerParts, ASenderWithMostOfWhatWouldBeLostIsNamed) {
  std::vector<Reception> all;
  for (int i = 0; i < 10; ++i)
    all.push_back(reception_from("192.0.2." + std::to_string(i), Tristate::no,
                                 i < 6 ? "a@shop.example" : "a@x" + std::to_string(i) + ".example"));
  auto const rule = replay_all(all).rules[0];
  ASSERT_TRUE(rule.mostly);
  EXPECT_EQ(rule.mostly->domain, "shop.example");
  EXPECT_DOUBLE_EQ(rule.mostly->share, 0.6);
  all.resize(5);
  all.push_back(all.front());
  all.back().sender = "a@y.example";
  for (int i = 0; i < 4; ++i) all.push_back(all.back());
  EXPECT_FALSE(replay_all(all).rules[0].mostly) << "half is not most";
}

TEST(AnswerParts, AProvidersNetworkIsAsManySendersAsItHasSenderDomains) {
  std::vector<Reception> customers, one;
  for (int i = 0; i < 60; ++i) {
    auto const client = "192.0.2." + std::to_string(i);
    auto const tls = i % 3 == 0 ? Tristate::no : Tristate::yes;
    customers.push_back(reception_from(client, tls, "a@customer" + std::to_string(i) + ".example"));
    one.push_back(reception_from(client, tls, "a@mail" + std::to_string(i) + ".provider.test"));
  }
  auto const many = replay_all(customers).rules[0].lost, alone = replay_all(one).rules[0].lost;
  EXPECT_DOUBLE_EQ(many.effective_senders, 60);
  EXPECT_FALSE(many.too_little);
  EXPECT_GT(many.share_95.high - many.share_95.low, 0.1);
  EXPECT_DOUBLE_EQ(alone.effective_senders, 1);
  EXPECT_TRUE(alone.too_little);
  EXPECT_GT(alone.share_95.high - alone.share_95.low, 0.5);
}

TEST(AnswerParts, NetworksWhoseHostsAreAlikeMakeTheAnswerLessSure) {
  std::vector<Reception> apart, together;
  for (int i = 0; i < 400; ++i) {
    auto const sender = "a@customer" + std::to_string(i) + ".example";
    auto const tls = i < 80 ? Tristate::no : Tristate::yes;
    apart.push_back(
        reception_from("60." + std::to_string(i / 200) + "." + std::to_string(i % 200) + ".1", tls, sender));
    together.push_back(
        reception_from("198.51." + std::to_string(i / 10) + "." + std::to_string(i % 10), tls, sender));
  }
  auto const sure = replay_all(apart).rules[0].lost, unsure = replay_all(together).rules[0].lost;
  EXPECT_DOUBLE_EQ(sure.effective_senders, unsure.effective_senders);
  EXPECT_LT(unsure.share_95.low, sure.share_95.low);
  EXPECT_GT(unsure.share_95.high, sure.share_95.high);
}

TEST(AnswerParts, AFewLargeSendersThatStayAsTheyAreLeaveANarrowerShare) {
  std::vector<Reception> all;
  for (int i = 0; i < 2000; ++i)
    all.push_back(reception_from("203.0.113.1", Tristate::yes, "a@giant.example"));
  for (int i = 0; i < 300; ++i)
    all.push_back(reception_from("198.51." + std::to_string(i % 250) + "." + std::to_string(i / 250),
                                 i % 30 == 0 ? Tristate::no : Tristate::yes,
                                 "a@small" + std::to_string(i) + ".example"));
  auto const rule = replay_all(all).rules[0];
  EXPECT_TRUE(rule.lost.too_little);
  ASSERT_TRUE(rule.if_steady);
  EXPECT_EQ(rule.if_steady->senders, std::vector<std::string>{"giant.example in 203.0.113.0/24"});
  EXPECT_NEAR(rule.if_steady->their_share, 2000.0 / 2300, 1e-9);
  EXPECT_LT(rule.if_steady->share_95.high, 0.02);
  EXPECT_LE(rule.if_steady->share_95.low, rule.lost.share);
  EXPECT_GE(rule.if_steady->share_95.high, rule.lost.share);
  all.erase(all.begin(), all.begin() + 2000);
  EXPECT_FALSE(replay_all(all).rules[0].if_steady) << "there is no large one";
}

TEST(Countries, TheLongestPrefixCounts) {
  auto const countries = Countries::parse(
                             "network,country\n# a remark\n\n192.0.2.0/24,XA\n\"192.0.2.128/25\",\"XB\"\r\n"
                             "2001:db8::/32, XC\n203.0.113.7,XD")
                             .value();
  auto const of = [&](char const* address) { return std::string(countries.of(*IpAddress::parse(address))); };
  EXPECT_EQ(of("192.0.2.1"), "XA");
  EXPECT_EQ(of("192.0.2.200"), "XB");
  EXPECT_EQ(of("2001:db8:1::5"), "XC");
  EXPECT_EQ(of("203.0.113.7"), "XD");
  EXPECT_EQ(of("203.0.113.8"), "");
  EXPECT_EQ(of("2001:db9::1"), "");
}

TEST(Countries, WhatIsNoTableIsAnErrorWithItsLine) {
  EXPECT_TRUE(Countries::parse("192.0.2.0/24,XA\nwhat").error().starts_with("line 2: "));
  for (auto const* wrong :
       {"", "network,country\n", "192.0.2.0/24,XA\n192.0.2.0/99,XB\n", "a,b\n192.0.2.0/24\n"})
    EXPECT_FALSE(Countries::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace postern::tests

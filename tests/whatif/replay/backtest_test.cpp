// The data against themselves, and the senders that are not among them.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

constexpr int minutes_of_a_day = 24 * 60;

// On each day one message of each of `hosts` hosts, a tenth of them in plaintext.
std::vector<Reception> daily_mail(int days, int hosts) {
  std::vector<Reception> all;
  for (int day = 0; day < days; ++day)
    for (int host = 0; host < hosts; ++host)
      all.push_back(reception_from("198.51." + std::to_string(host % 250) + "." + std::to_string(host / 250),
                                   host % 10 == 0 ? Tristate::no : Tristate::yes,
                                   "a@host" + std::to_string(host) + ".example",
                                   day * minutes_of_a_day + host));
  return all;
}

TEST(Backtest, OfMailThatStaysTheSameAlwaysHolds) {
  auto const backtest = replay_all(daily_mail(12, 100)).rules[0].backtest;
  EXPECT_EQ(backtest.why_not, "");
  ASSERT_TRUE(backtest.single);
  EXPECT_TRUE(backtest.single->held);
  EXPECT_EQ(backtest.single->answer.messages, 600U);
  EXPECT_EQ(backtest.single->came.messages, 600U);
  EXPECT_EQ(backtest.single->came.lost, 60U);
  EXPECT_GE(backtest.rolling.size(), 5U);
  EXPECT_EQ(backtest.tried, backtest.rolling.size());
  EXPECT_EQ(backtest.held, backtest.tried);
  EXPECT_EQ(backtest.above, 0U);
}

TEST(Backtest, ShowsThatMoreIsLostThanTheDaysBeforeForetold) {
  auto all = daily_mail(12, 100);
  for (auto& reception : all)
    if (reception.at >= reference + std::chrono::minutes(6 * minutes_of_a_day)) {
      reception.tls = {};
      reception.tls.used = Tristate::no;
    }
  auto const backtest = replay_all(all).rules[0].backtest;
  ASSERT_TRUE(backtest.single);
  EXPECT_TRUE(backtest.single->above);
  EXPECT_FALSE(backtest.single->held);
  EXPECT_GT(backtest.above, 0U);
  EXPECT_LE(backtest.above + backtest.held, backtest.tried);
}

TEST(Backtest, AgreesWithTheAnswerOfTheDaysBefore) {
  auto const all = daily_mail(12, 100);
  ReplaySettings settings;
  settings.until = reference + std::chrono::minutes(6 * minutes_of_a_day);
  auto const before = replay_all(all, {"require-tls"}, settings).rules[0].lost;
  auto const foretold = replay_all(all).rules[0].backtest.single->answer;
  EXPECT_EQ(before.messages, foretold.messages);
  EXPECT_EQ(before.lost, foretold.lost);
  EXPECT_EQ(before.share_95.high, foretold.share_95.high);
  EXPECT_EQ(before.share_95.low, foretold.share_95.low);
}

TEST(Backtest, OfARuleForADomainGoesByItsMail) {
  auto all = daily_mail(12, 100);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].recipients = {i % 2 == 0 ? "a@dest.example" : "b@other.example"};
  auto const backtest = replay_all(all, {"require-tls for dest.example"}).rules[0].backtest;
  ASSERT_TRUE(backtest.single);
  EXPECT_EQ(backtest.single->answer.messages, 300U);
}

TEST(Backtest, OfTooFewDaysSaysSo) {
  auto const three = replay_all(daily_mail(3, 100)).rules[0].backtest;
  EXPECT_FALSE(three.single);
  EXPECT_TRUE(three.rolling.empty());
  EXPECT_TRUE(three.why_not.starts_with("too few days: 3")) << three.why_not;
  auto const five = replay_all(daily_mail(5, 100)).rules[0].backtest;
  EXPECT_TRUE(five.single);
  EXPECT_TRUE(five.why_not.starts_with("too few days: 5")) << five.why_not;
}

TEST(Backtest, OfTooFewSendersSaysSo) {
  auto const backtest = replay_all(daily_mail(12, 5)).rules[0].backtest;
  EXPECT_EQ(backtest.tried, 0U);
  EXPECT_TRUE(backtest.why_not.starts_with("too few senders")) << backtest.why_not;
}

// `once` domains on one day, `twice` on two, and ten on each of thirty days.
std::vector<Reception> rare_senders(int once, int twice) {
  std::vector<Reception> all;
  auto const on = [&](int day, std::string const& domain) {
    all.push_back(reception_from("192.0.2.1", Tristate::yes, "a@" + domain, day * minutes_of_a_day));
  };
  for (int day = 0; day < 30; ++day) {
    for (int i = 0; i < 10; ++i) on(day, "often" + std::to_string(i) + ".example");
    for (int i = day; i < once; i += 30) on(day, "once" + std::to_string(i) + ".example");
    for (int i = day; i < 2 * twice; i += 30) on(day, "twice" + std::to_string(i % twice) + ".example");
  }
  return all;
}

TEST(UnseenSenders, AreEstimatedFromThoseThatWereSeenOnceAndTwice) {
  auto const unseen = replay_all(rare_senders(60, 17)).unseen;
  ASSERT_TRUE(unseen.is_told);
  EXPECT_EQ(unseen.seen, 87U);
  EXPECT_EQ(unseen.seen_once, 60U);
  EXPECT_EQ(unseen.seen_twice, 17U);
  double const sightings = 300 + 60 + 34;
  EXPECT_NEAR(unseen.share_of_sightings, 60 / sightings, 1e-9);
  EXPECT_NEAR(unseen.estimate, (sightings - 1) / sightings * 60 * 59 / 36, 1e-9);
  EXPECT_LT(unseen.low, unseen.estimate);
  EXPECT_GT(unseen.high, unseen.estimate);
  EXPECT_GT(unseen.low, 20);
  EXPECT_LT(unseen.high, 300);
  EXPECT_GT(unseen.expected, 0);
  EXPECT_LT(unseen.expected, unseen.estimate);
}

TEST(UnseenSenders, AreNoneWhereEverybodyCameOften) {
  auto const unseen = replay_all(rare_senders(0, 17)).unseen;
  EXPECT_TRUE(unseen.is_told);
  EXPECT_EQ(unseen.estimate, 0);
  EXPECT_EQ(unseen.high, 0);
}

TEST(UnseenSenders, AreNotEstimatedFromLittleData) {
  EXPECT_FALSE(replay_all(daily_mail(3, 100)).unseen.is_told);  // days
  EXPECT_FALSE(replay_all(daily_mail(30, 10)).unseen.is_told);  // domains
  EXPECT_FALSE(replay_all({reception_from("192.0.2.1", Tristate::no)}).unseen.is_told);
}

}  // namespace
}  // namespace postern::tests

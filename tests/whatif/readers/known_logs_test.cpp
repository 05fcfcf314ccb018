// Real logs with known answers: tests/data/logs/README.md.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

std::string file(std::string const& name) {
  std::ifstream in(std::string(POSTERN_TEST_DATA) + "/logs/" + name, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

struct Known {
  char const* name;
  std::uint64_t messages, over_tls, in_the_clear;
};

class KnownLog : public testing::TestWithParam<Known> {};

TEST_P(KnownLog, GivesItsAnswerHoweverItIsCut) {
  auto const& known = GetParam();
  auto const text = file(known.name);
  for (std::size_t const piece : {text.size(), std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
    auto const answer = replay_all(read_text(text, {}, {}, piece).all);
    EXPECT_EQ(answer.messages, known.messages);
    EXPECT_EQ(answer.over_tls, known.over_tls);
    EXPECT_EQ(answer.in_the_clear, known.in_the_clear);
    EXPECT_EQ(answer.unknown, 0U);
    EXPECT_EQ(answer.rules[0].lost.lost, known.in_the_clear);
  }
}

// Cut off anywhere, a log gives no more than the whole.
TEST_P(KnownLog, CutOffAnywhereIsNeverFatal) {
  auto const& known = GetParam();
  auto const text = file(known.name);
  for (std::size_t size = 0; size < text.size(); size += 97) {
    auto const part = text.substr(0, size);
    if (!recognise(part)) continue;
    EXPECT_LE(replay_all(read_text(part).all).messages, known.messages);
  }
}

INSTANTIATE_TEST_SUITE_P(All, KnownLog,
                         testing::Values(Known{"postfix-3.7-tls-loglevel-0.log", 12, 8, 4},
                                         Known{"postfix-3.7-tls-loglevel-1.log", 12, 8, 4},
                                         Known{"exim-4.96.log", 12, 8, 4},
                                         Known{"postfix-3.7-interleaved.log", 40, 30, 10},
                                         Known{"opensmtpd-6.8-clear-only.log", 4, 0, 4}));

TEST(KnownLogs, TheTwelveMessagesHaveTheirSendersAndReasons) {
  for (auto const* name :
       {"postfix-3.7-tls-loglevel-1.log", "postfix-3.7-tls-loglevel-0.log", "exim-4.96.log"}) {
    auto const answer = replay_all(read_text(file(name)).all,
                                   {"require-tls", "require-trusted-client-certificate",
                                    "require-tls from shop.example", "require-tls from bank.example"});
    auto const& rule = answer.rules[0];
    EXPECT_EQ(rule.reasons[static_cast<std::size_t>(Reason::never_tls)], 3U) << name;
    EXPECT_EQ(rule.reasons[static_cast<std::size_t>(Reason::domain_speaks_tls)], 1U) << name;
    ASSERT_EQ(rule.senders.size(), 3U) << name;
    EXPECT_EQ(rule.senders[0].domain, "old.example");
    EXPECT_EQ(rule.senders[0].messages, 2U);
    EXPECT_EQ(rule.senders[0].hosts, std::vector<std::string>{"203.0.113.40"});
    EXPECT_EQ(rule.senders[2].domain, "shop.example");
    EXPECT_EQ(rule.senders[2].reason, Reason::domain_speaks_tls);
    EXPECT_EQ(rule.refused_anyway, 1U) << name;
    EXPECT_EQ(answer.rules[2].lost.lost, 1U) << name;
    EXPECT_EQ(answer.rules[3].lost.lost, 0U) << name;
    EXPECT_EQ(answer.messages, 12U);
  }
}

TEST(KnownLogs, AClientCertificateOfNobodyKnownIsNoTrustedOne) {
  auto const answer = replay_all(read_text(file("postfix-3.7-tls-loglevel-1.log")).all,
                                 {"require-client-certificate", "require-trusted-client-certificate"});
  EXPECT_EQ(answer.rules[0].lost.lost, 11U);  // partner.example alone has one
  EXPECT_EQ(answer.rules[1].lost.lost, 12U);
  EXPECT_EQ(answer.rules[1].reasons[static_cast<std::size_t>(Reason::no_client_certificate)], 8U);
}

TEST(KnownLogs, AVersionThatIsNotToldIsUnknownAndNotLost) {
  auto const answer = replay_all(read_text(file("postfix-3.7-tls-loglevel-0.log")).all, {"require-tls>=1.2"});
  EXPECT_EQ(answer.rules[0].lost.lost, 4U);
  EXPECT_EQ(answer.rules[0].lost.messages, 12U);
  EXPECT_EQ(answer.rules[0].unknown, 8U);
  EXPECT_DOUBLE_EQ(answer.rules[0].lost.share_95.high, 1.0);
}

TEST(KnownLogs, ReinjectionByAContentFilterIsLeftOut) {
  auto const answer = replay_all(read_text(file("postfix-3.7-interleaved.log")).all);
  EXPECT_EQ(answer.left_out.loopback, 3U);
}

}  // namespace
}  // namespace postern::tests

#include "session/sender_check.hpp"

#include <gtest/gtest.h>

#include "support/fake_services.hpp"

namespace postern::session {
namespace {

policy::Facts facts_of_sender() {
  policy::Facts facts;
  facts.connection.client = *IpAddress::parse("203.0.113.7");
  facts.connection.helo = "client.example";
  facts.transaction.mail.reverse_path = tests::address("x@far.example");
  return facts;
}

std::string txt(std::string_view text) {
  return std::string(1, static_cast<char>(text.size())) + std::string(text);
}

net::Task<void> wait_for(SenderCheck* check) { co_await check->wait({}); }

class SenderCheckTest : public testing::Test {
 protected:
  void begin(policy::Facts const& facts = facts_of_sender()) {
    check_.begin(searches_, test_.loop, facts, "mx.example.org");
    test_.spawn(wait_for(&check_), &ended_);
    test_.settle();
  }
  void answer_with(std::string_view record) {
    dns_.answer(net::DnsStatus::found, {txt(record)});
    test_.settle();
  }

  tests::TestLoop test_;
  tests::FakeDns dns_;
  DnsSearches searches_{dns_};
  SenderCheck check_;
  bool ended_ = false;
};

TEST_F(SenderCheckTest, FollowsTheRecordOfTheSendersDomain) {
  begin();
  ASSERT_EQ(dns_.questions.size(), 1U);
  EXPECT_EQ(dns_.questions.front().name, "far.example");
  EXPECT_EQ(check_.result(), policy::Spf::not_asked);
  answer_with("v=spf1 ip4:203.0.113.0/24 -all");
  EXPECT_TRUE(ended_);
  EXPECT_EQ(check_.result(), policy::Spf::pass);
  ASSERT_TRUE(check_.answer());
  EXPECT_EQ(check_.answer()->domain, "far.example");
}

TEST_F(SenderCheckTest, AsksAboutTheHeloNameOfTheNullSender) {
  auto facts = facts_of_sender();
  facts.transaction.mail.reverse_path.reset();
  begin(facts);
  ASSERT_EQ(dns_.questions.size(), 1U);
  EXPECT_EQ(dns_.questions.front().name, "client.example");
  answer_with("v=spf1 -all");
  EXPECT_EQ(check_.result(), policy::Spf::fail);
}

TEST_F(SenderCheckTest, IsATemporaryErrorWhenItsTimeIsUp) {
  begin();
  EXPECT_FALSE(ended_);
  test_.loop.deadlines().expire_late(std::chrono::steady_clock::now() + spf_limit);
  test_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(check_.result(), policy::Spf::temperror);
  answer_with("v=spf1 +all");  // too late
  EXPECT_EQ(check_.result(), policy::Spf::temperror);
}

TEST_F(SenderCheckTest, IsATemporaryErrorAtOnceWhenItsNetworkHasAskedForTooMuch) {
  ClientNetwork const network(facts_of_sender().connection.client);
  for (std::size_t i = 0; i < DnsSearches::most_of_network; ++i) ASSERT_TRUE(searches_.enter(network));
  begin();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(check_.result(), policy::Spf::temperror);
  EXPECT_TRUE(dns_.questions.empty());
}

TEST_F(SenderCheckTest, ForgetsTheTransactionBefore) {
  begin();
  answer_with("v=spf1 +all");
  EXPECT_EQ(check_.result(), policy::Spf::pass);
  check_.forget();
  EXPECT_EQ(check_.result(), policy::Spf::not_asked);
  EXPECT_FALSE(check_.answer());
}

}  // namespace
}  // namespace postern::session

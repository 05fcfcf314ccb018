#include "session/sender_check.hpp"

#include <gtest/gtest.h>

#include <future>

#include "support/fake_services.hpp"

namespace postern::session {
namespace {

using std::chrono::seconds;

TEST(SpfTime, EndsAfterTwentySecondsWhateverElse) {  // RFC 7208 section 4.6.4
  EXPECT_TRUE(may_go_on(seconds(19), seconds(19), false));
  EXPECT_FALSE(may_go_on(seconds(20), seconds(1), false));
  EXPECT_FALSE(may_go_on(seconds(21), seconds(0), true));
}

TEST(SpfTime, IsShortWhileOthersWait) {
  EXPECT_TRUE(may_go_on(seconds(5), seconds(1), true));
  EXPECT_FALSE(may_go_on(seconds(5), seconds(2), true));
  EXPECT_TRUE(may_go_on(seconds(5), seconds(5), false));
}

policy::Facts facts_of_sender() {
  policy::Facts facts;
  facts.connection.client = *IpAddress::parse("203.0.113.7");
  facts.connection.helo = "client.example";
  facts.transaction.mail.reverse_path = tests::address("x@silent.example");
  return facts;
}

net::Task<void> wait_for(SenderCheck* check) { co_await check->wait({}); }

// A DNS that answers nobody.
class SilentDns : public net::Dns {
 public:
  void ask(std::string, wire::DnsType, OnAnswer) override {}
};

TEST(SenderCheck, IsATemporaryErrorWhenItsTimeIsUp) {
  tests::TestLoop test;
  SilentDns dns;
  SpfChecker checker(dns);
  net::FairWorkers workers(1, {});
  SenderCheck check;
  check.begin(checker, workers, test.loop, facts_of_sender());
  bool ended = false;
  test.spawn(wait_for(&check), &ended);
  test.settle();
  EXPECT_FALSE(ended);
  EXPECT_EQ(check.result(), policy::Spf::not_asked);
  test.loop.deadlines().expire_late(std::chrono::steady_clock::now() + spf_limit);
  test.settle();
  EXPECT_TRUE(ended);
  EXPECT_EQ(check.result(), policy::Spf::temperror);
  checker.stop();
  workers.join();
  test.settle();
  EXPECT_EQ(check.result(), policy::Spf::temperror);
}

TEST(SenderCheck, IsATemporaryErrorAtOnceWhenItsNetworkHasAskedForTooMuch) {
  tests::TestLoop test;
  SilentDns dns;
  SpfChecker checker(dns);
  net::FairWorkers workers(1, {.threads = 1, .waiting = 1});
  ClientNetwork const network(facts_of_sender().connection.client);
  std::promise<void> begun, release;
  workers.post(network, [&] {
    begun.set_value();
    release.get_future().get();
  });
  begun.get_future().get();
  workers.post(network, [] {});
  SenderCheck check;
  check.begin(checker, workers, test.loop, facts_of_sender());
  EXPECT_EQ(check.result(), policy::Spf::temperror);
  release.set_value();
  workers.join();
}

TEST(SpfChecker, GivesUpWhenItHasNoTimeLeft) {
  SilentDns dns;
  SpfChecker checker(dns);
  int asked = 0;
  auto const result = checker.check(*IpAddress::parse("203.0.113.7"), "client.example",
                                    tests::address("x@silent.example"), [&] { return ++asked < 3; });
  EXPECT_EQ(result, policy::Spf::temperror);
  EXPECT_GE(asked, 3);
}

}  // namespace
}  // namespace postern::session

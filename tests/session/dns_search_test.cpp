#include "session/dns_search.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/fake_dns.hpp"
#include "support/test_loop.hpp"

namespace postern::session {
namespace {

using std::chrono::seconds;

ClientNetwork network_of(std::string_view address) { return ClientNetwork(*IpAddress::parse(address)); }

net::Task<void> wait_for_search(std::shared_ptr<DnsSearch> search) { co_await search->wait({}); }

class DnsSearchTest : public testing::Test {
 protected:
  // An evaluation that wants these names all at once, and then has ended.
  DnsSearch::Evaluate wants(std::vector<std::string> names) {
    return [this, names = std::move(names)](auth::DnsView& dns) {
      bool known = true;
      replies_.clear();
      for (auto const& name : names) {
        auto const* reply = dns.find(name, wire::DnsType::txt);
        known = known && reply != nullptr;
        if (reply != nullptr) replies_.push_back(reply->status);
      }
      return known;
    };
  }
  std::shared_ptr<DnsSearch> begin(DnsSearch::Evaluate evaluate) {
    return DnsSearch::begin(searches_, test_.loop, network_of("203.0.113.7"), seconds(20),
                            std::move(evaluate));
  }
  void pass_the_limit() {
    test_.loop.deadlines().expire_late(std::chrono::steady_clock::now() + seconds(20));
  }

  using Status = auth::DnsReply::Status;
  tests::TestLoop test_;
  tests::FakeDns dns_;
  DnsSearches searches_{dns_};
  std::vector<Status> replies_;
};

TEST_F(DnsSearchTest, HasEndedAtOnceWhenNothingIsAsked) {
  auto const search = begin([](auth::DnsView&) { return true; });
  EXPECT_TRUE(search->done());
  EXPECT_TRUE(dns_.questions.empty());
}

TEST_F(DnsSearchTest, AsksAllThatIsWantedAtTheSameTime) {
  auto const search = begin(wants({"a.example", "b.example", "c.example"}));
  bool ended = false;
  test_.spawn(wait_for_search(search), &ended);
  test_.settle();
  ASSERT_EQ(dns_.questions.size(), 3U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(ended);
    dns_.answer(net::DnsStatus::no_such_name);
    test_.settle();
  }
  EXPECT_TRUE(ended);
  EXPECT_EQ(replies_, (std::vector{Status::no_such_name, Status::no_such_name, Status::no_such_name}));
}

TEST_F(DnsSearchTest, TakesWhatHasNoAnswerInTimeForAFailure) {
  auto const search = begin(wants({"fast.example", "slow.example"}));
  dns_.answer(net::DnsStatus::found, {"\1x"});
  test_.settle();
  EXPECT_FALSE(search->done());
  pass_the_limit();
  EXPECT_TRUE(search->done());
  EXPECT_EQ(replies_, (std::vector{Status::found, Status::failed}));
  dns_.answer(net::DnsStatus::found, {"\1x"});  // too late
  test_.settle();
  EXPECT_EQ(replies_, (std::vector{Status::found, Status::failed}));
}

TEST_F(DnsSearchTest, AsksNothingMoreWhenItsTimeIsUp) {
  auto const search = begin([](auth::DnsView& dns) {
    return dns.find("first.example", wire::DnsType::txt) != nullptr &&
           dns.find("second.example", wire::DnsType::txt) != nullptr;
  });
  ASSERT_EQ(dns_.questions.size(), 1U);
  pass_the_limit();
  EXPECT_TRUE(search->done());
  EXPECT_EQ(dns_.questions.size(), 1U);
}

TEST_F(DnsSearchTest, DoesNotAskForNamesThatNoZoneCanHave) {
  auto const search = begin(wants({std::string(64, 'x') + ".example", "a..example", ""}));
  EXPECT_TRUE(search->done());
  EXPECT_TRUE(dns_.questions.empty());
  EXPECT_EQ(replies_, (std::vector{Status::no_such_name, Status::no_such_name, Status::no_such_name}));
}

TEST_F(DnsSearchTest, AsksNoMoreThanSoManyQuestions) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < DnsSearch::most_questions + 5; ++i)
    names.push_back("n" + std::to_string(i) + ".example");
  auto const search = begin(wants(names));
  EXPECT_EQ(dns_.questions.size(), DnsSearch::most_questions);
}

TEST_F(DnsSearchTest, LeavesOtherNetworksTheirShare) {
  std::vector<std::shared_ptr<DnsSearch>> running;
  for (std::size_t i = 0; i < DnsSearches::most_of_network; ++i) {
    running.push_back(begin(wants({"a.example"})));
    ASSERT_FALSE(running.back()->done());
  }
  EXPECT_TRUE(begin(wants({"a.example"}))->done()) << "it is not asked";
  EXPECT_EQ(replies_, (std::vector{Status::failed}));
  auto const other =
      DnsSearch::begin(searches_, test_.loop, network_of("198.51.100.1"), seconds(20), wants({"a.example"}));
  EXPECT_FALSE(other->done());
  running.back()->abandon();
  EXPECT_FALSE(begin(wants({"a.example"}))->done()) << "one that has been given up makes room";
}

TEST_F(DnsSearchTest, MayHaveGoneWhenItsAnswersCome) {
  auto search = begin(wants({"a.example"}));
  search.reset();
  dns_.answer(net::DnsStatus::no_such_name);
  test_.settle();
  EXPECT_TRUE(dns_.questions.empty());
}

}  // namespace
}  // namespace postern::session

#include "delivery/sts_policies.hpp"

#include <gtest/gtest.h>

#include "support/simulated.hpp"
#include "support/test_loop.hpp"
#include "support/workplace.hpp"
#include "support/zone_dns.hpp"

namespace postern::delivery {
namespace {

using net::DnsState;
using policy::StsLookUp;
using wire::DnsType;

// far.example has a policy in the cache, which lasts an hour. Its policy host has no address any more, so
// that nothing can be fetched.
class StsPoliciesTest : public testing::Test {
 protected:
  StsPoliciesTest() {
    wire::StsPolicy policy;
    policy.mode = wire::StsMode::enforce;
    policy.mx = {"mx.far.example"};
    policy.max_age = std::chrono::hours(1);
    cache_->keep({"far.example", "1", clock_.now(), policy});
  }

  static net::Task<void> look(StsPolicies* policies, std::string domain, StsFound* found,
                              net::StopToken stop = {}) {
    *found = co_await policies->find(domain, stop);
  }
  StsFound find(std::string const& domain = "far.example") {
    StsPolicies policies(dns_, workers_, cache_.get(), place_.log, clock_);
    StsFound found;
    test_.spawn(look(&policies, domain, &found));
    test_.settle();
    return found;
  }

  tests::TestLoop test_;
  tests::ZoneDns dns_;
  tests::Workplace place_;
  tests::ManualClock clock_;
  net::WorkerPool workers_{1};
  std::unique_ptr<store::StsCache> cache_ = *store::StsCache::open(place_.path("mta-sts.db"), place_.log);
};

TEST_F(StsPoliciesTest, HoldsAPolicyUntilItExpiresWhateverTheDnsSays) {  // RFC 8461 section 3.3
  auto const record = [](std::string const& text) { return static_cast<char>(text.size()) + text; };
  for (auto const state : {DnsState::failed, DnsState::bogus, DnsState::absent_insecure,
                           DnsState::absent_secure, DnsState::insecure, DnsState::secure})
    for (auto const* id : {"1", "2"}) {
      SCOPED_TRACE(static_cast<int>(state));
      dns_.put("_mta-sts.far.example", DnsType::txt, state, {record("v=STSv1; id=" + std::string(id))});
      auto const found = find();
      ASSERT_TRUE(found.policy);
      EXPECT_EQ(found.policy->mode, wire::StsMode::enforce);
    }
  clock_.advance(std::chrono::hours(2));
  EXPECT_FALSE(find().policy);
}

TEST_F(StsPoliciesTest, KnowsThatThereIsNoPolicyOnlyWhenTheDnsHasSaidSo) {
  for (auto const state : {DnsState::failed, DnsState::bogus, DnsState::absent_insecure,
                           DnsState::absent_secure, DnsState::insecure, DnsState::secure}) {
    SCOPED_TRACE(static_cast<int>(state));
    bool const failed = state == DnsState::failed || state == DnsState::bogus;
    dns_.put("_mta-sts.other.example", DnsType::txt, state, {"\4some"});
    auto const found = find("other.example");
    EXPECT_EQ(found.look_up, failed ? StsLookUp::failed : StsLookUp::done);
    EXPECT_EQ(found.look_up_problem.empty(), !failed);
    dns_.put("_mta-sts.far.example", DnsType::txt, state, {"\4some"});
    EXPECT_EQ(find("far.example").look_up, StsLookUp::done) << "its policy is in the cache";
  }
}

TEST_F(StsPoliciesTest, DoesNotKnowAfterASearchThatWasCutShort) {
  net::StopState stop;
  stop.stop();
  StsPolicies policies(dns_, workers_, nullptr, place_.log, clock_);
  StsFound found;
  test_.spawn(look(&policies, "other.example", &found, stop));
  test_.settle();
  EXPECT_EQ(found.look_up, StsLookUp::failed);
}

// What look_up was found after each hour of look-ups that failed.
class FailingLookUps : public StsPoliciesTest {
 protected:
  StsLookUp after_hours(int hours, DnsState state) {
    dns_.put("_mta-sts.far.example", DnsType::txt, state);
    for (int i = 0; i < hours; ++i) {
      clock_.advance(std::chrono::hours(1));
      ask();
    }
    return ask();
  }
  StsLookUp ask() {
    StsFound found;
    test_.spawn(look(&policies_, "far.example", &found));
    test_.settle();
    return found.look_up;
  }

  StsPolicies policies_{dns_, workers_, nullptr, place_.log, clock_};
};

TEST_F(FailingLookUps, LetMailGoOnAfterHoursAndSaySo) {
  EXPECT_EQ(after_hours(0, DnsState::failed), StsLookUp::failed);
  EXPECT_EQ(after_hours(3, DnsState::failed), StsLookUp::failed);
  EXPECT_FALSE(place_.log.mentions("instead=\"no policy\""));
  EXPECT_EQ(after_hours(1, DnsState::failed), StsLookUp::failed_for_long);
  EXPECT_TRUE(place_.log.mentions("instead=\"no policy\""));
  clock_.advance(std::chrono::hours(48));
  EXPECT_EQ(ask(), StsLookUp::failed) << "two failures with days between are not one that lasts";
  EXPECT_EQ(after_hours(1, DnsState::absent_insecure), StsLookUp::done);
  EXPECT_EQ(after_hours(1, DnsState::failed), StsLookUp::failed) << "it begins anew";
}

TEST_F(FailingLookUps, NeverLetMailGoOnWhileTheAnswersAreBogus) {
  EXPECT_EQ(after_hours(100, DnsState::bogus), StsLookUp::failed);
}

TEST_F(StsPoliciesTest, AsksAgainSoonAfterALookUpThatHasFailed) {
  StsPolicies policies(dns_, workers_, nullptr, place_.log, clock_);
  StsFound found;
  auto const asked = [&] {
    auto const before = dns_.asked.size();
    test_.spawn(look(&policies, "other.example", &found));
    test_.settle();
    return dns_.asked.size() > before;
  };
  dns_.put("_mta-sts.other.example", DnsType::txt, DnsState::failed);
  EXPECT_TRUE(asked());
  EXPECT_FALSE(asked()) << "not for each message";
  clock_.advance(std::chrono::seconds(30));
  dns_.put("_mta-sts.other.example", DnsType::txt, DnsState::absent_insecure);
  EXPECT_TRUE(asked()) << "a failure is no absence";
  clock_.advance(std::chrono::seconds(30));
  EXPECT_FALSE(asked());
}

}  // namespace
}  // namespace postern::delivery

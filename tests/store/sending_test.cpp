// What sending keeps: MTA-STS policies, reports that have been sent, and what they are made of.
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "store/evidence.hpp"
#include "store/report_log.hpp"
#include "store/sts_cache.hpp"
#include "store/tls_results.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

TEST(StsCache, OutlivesARestartUntilItExpires) {  // RFC 8461 section 3.3
  tests::Workplace place;
  wire::StsPolicy const policy{wire::StsMode::enforce, {"mx.example.org"}, std::chrono::seconds(100)};
  auto const fetched = from_micros(1'000'000'000);
  {
    auto const cache = StsCache::open(place.path("sts.db"), place.log);
    ASSERT_TRUE(cache);
    (*cache)->keep({"example.org", "1", fetched, policy});
    (*cache)->keep({"example.org", "2", fetched, policy});
  }
  auto const cache = StsCache::open(place.path("sts.db"), place.log);
  auto const kept = (*cache)->load(fetched + std::chrono::seconds(99));
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].id, "2");
  EXPECT_EQ(print(kept[0].policy), print(policy));
  EXPECT_TRUE((*cache)->load(fetched + std::chrono::seconds(101)).empty());
}

// A directory in its place stands for a file that cannot be opened.
TEST(StsCache, KeepsPoliciesUntilItsFileTakesThem) {
  tests::Workplace place;
  wire::StsPolicy const policy{wire::StsMode::enforce, {"mx.example.org"}, std::chrono::seconds(100)};
  auto const fetched = from_micros(1'000'000'000);
  std::filesystem::create_directories(place.path("sts.db"));
  auto const cache = StsCache::open(place.path("sts.db"), place.log, OptionalDatabase::Pause{0});
  ASSERT_TRUE(cache) << cache.error();
  (*cache)->keep({"a.example", "1", fetched, policy});
  EXPECT_TRUE((*cache)->load(fetched).empty());
  EXPECT_TRUE(place.log.mentions("store-unavailable"));
  EXPECT_TRUE(place.log.mentions("sts.db"));
  std::filesystem::remove(place.path("sts.db"));
  (*cache)->keep({"b.example", "1", fetched, policy});
  EXPECT_EQ((*cache)->load(fetched).size(), 2U);
  EXPECT_TRUE(place.log.mentions("store-available"));
  EXPECT_FALSE(StsCache::open(place.path("no/such/directory/sts.db"), place.log));
}

TEST(ReportLog, RemembersWithoutItsFileWhatWasSent) {
  tests::Workplace place;
  std::filesystem::create_directories(place.path("reports.db"));
  auto const log = ReportLog::open(place.path("reports.db"), place.log, OptionalDatabase::Pause{0});
  ASSERT_TRUE(log) << log.error();
  EXPECT_FALSE((*log)->has("2999-01-01", "a.example"));
  (*log)->keep("2999-01-01", "a.example");
  EXPECT_TRUE((*log)->has("2999-01-01", "a.example"));
  EXPECT_TRUE(place.log.mentions("store-unavailable"));
  std::filesystem::remove(place.path("reports.db"));
  (*log)->keep("2999-01-01", "b.example");
  auto const again = ReportLog::open(place.path("reports.db"), place.log);
  EXPECT_TRUE((*again)->has("2999-01-01", "a.example"));
  EXPECT_TRUE((*again)->has("2999-01-01", "b.example"));
}

TEST(ReportLog, RemembersWhatWasSent) {
  tests::Workplace place;
  auto const log = ReportLog::open(place.path("reports.db"), place.log);
  ASSERT_TRUE(log);
  EXPECT_FALSE((*log)->has("2999-01-01", "a.example"));
  (*log)->keep("2999-01-01", "a.example");
  auto const again = ReportLog::open(place.path("reports.db"), place.log);
  EXPECT_TRUE((*again)->has("2999-01-01", "a.example"));
  EXPECT_FALSE((*again)->has("2999-01-02", "a.example"));
}

TEST(ReportLog, RemembersEachPlaceOnItsOwn) {
  tests::Workplace place;
  std::string const mail = "mailto:a@a.example", web = "https://a.example/tls";
  {
    auto const log = ReportLog::open(place.path("reports.db"), place.log);
    ASSERT_TRUE(log);
    (*log)->keep("2999-01-01", "a.example", mail);
  }
  auto const log = ReportLog::open(place.path("reports.db"), place.log);
  EXPECT_TRUE((*log)->has("2999-01-01", "a.example", mail));
  EXPECT_FALSE((*log)->has("2999-01-01", "a.example", web));
  EXPECT_FALSE((*log)->has("2999-01-02", "a.example", mail));
  EXPECT_FALSE((*log)->has("2999-01-01", "b.example", mail));
  EXPECT_FALSE((*log)->has("2999-01-01", "a.example")) << "the report as a whole has not been sent";
}

TEST(TlsResults, AreCountedByDomainPolicyAndFailure) {  // RFC 8460 section 4.4
  tests::Workplace place;
  auto const now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  {
    auto evidence =
        Evidence::open({place.path("facts.db"), std::chrono::hours(24)}, place.log, place.counters);
    ASSERT_TRUE(evidence);
    std::uint64_t id = static_cast<std::uint64_t>(to_micros(now));
    auto const session = [&](std::string const& domain, std::string const& type, std::string const& result) {
      OutboundRecord record;
      record.id = id++;
      record.at = now;
      record.host = "mx." + domain;
      record.peer = "192.0.2.1:25";
      record.tls_failure = result == "success" ? "" : "why";
      record.reported.domain = domain;
      record.reported.type = type;
      record.reported.policy = type == "sts" ? "version: STSv1\nmode: enforce" : "";
      record.result = result;
      (*evidence)->record(record);
    };
    for (int i = 0; i < 3; ++i) session("a.example", "sts", "success");
    for (int i = 0; i < 2; ++i) session("a.example", "sts", "certificate-expired");
    session("a.example", "no-policy-found", "success");
    session("b.example", "tlsa", "validation-failure");
    session("c.example", "tlsa", "");
  }
  auto const results = read_tls_results(place.path("facts.db"), now, now + std::chrono::seconds(1));
  ASSERT_TRUE(results) << results.error();
  ASSERT_EQ(results->size(), 3U);
  auto const& sts = results->at(1);
  EXPECT_EQ(sts.type, "sts");
  EXPECT_EQ(sts.policy.size(), 2U);
  EXPECT_EQ(sts.successful, 3U);
  EXPECT_EQ(sts.failed, 2U);
  ASSERT_EQ(sts.failures.size(), 1U);
  EXPECT_EQ(sts.failures[0].receiving_ip, "192.0.2.1");
  EXPECT_EQ(sts.failures[0].sessions, 2U);
  EXPECT_EQ(sts.failures[0].reason, "why");
  EXPECT_TRUE(
      read_tls_results(place.path("facts.db"), now + std::chrono::seconds(1), now + std::chrono::hours(1))
          ->empty());
}

}  // namespace
}  // namespace postern::store

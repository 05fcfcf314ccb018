// The senders as the report's page has them.
#include "whatif/reports/packed_senders.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/unpacked_senders.hpp"

namespace postern::tests {
namespace {

using whatif::LostSender;
using whatif::pack_senders;
using whatif::RuleAnswer;

Instant packed_test_day(int day) { return Instant(std::chrono::hours(24 * (20'000 + day))); }

LostSender lost_sender(std::string const& domain, std::uint64_t messages,
                       std::vector<std::string> const& hosts) {
  LostSender out;
  out.domain = domain;
  out.messages = messages;
  out.wanted = messages / 3;
  out.unwanted = messages / 5;
  out.hosts = hosts;
  out.host_count = hosts.size() + 1;
  out.first = packed_test_day(static_cast<int>(messages % 7));
  out.last = packed_test_day(static_cast<int>(messages % 7 + messages % 3));
  return out;
}

RuleAnswer rule_that_loses(std::vector<LostSender> senders) {
  RuleAnswer out;
  out.senders = std::move(senders);
  return out;
}

void expect_same_senders(std::vector<LostSender> const& unpacked, std::vector<LostSender> expected,
                         std::size_t hosts) {
  std::sort(expected.begin(), expected.end(),
            [](LostSender const& a, LostSender const& b) { return a.domain < b.domain; });
  ASSERT_EQ(unpacked.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    auto const &is = unpacked[i], &was = expected[i];
    auto kept = was.hosts;
    kept.resize(std::min(kept.size(), hosts));
    EXPECT_EQ(is.domain, was.domain);
    EXPECT_EQ(is.messages, was.messages) << was.domain;
    EXPECT_EQ(is.wanted, was.wanted) << was.domain;
    EXPECT_EQ(is.unwanted, was.unwanted) << was.domain;
    EXPECT_EQ(is.host_count, was.host_count) << was.domain;
    EXPECT_EQ(is.reason, was.reason) << was.domain;
    EXPECT_EQ(is.failure, was.failure) << was.domain;
    EXPECT_EQ(is.first, was.first) << was.domain;
    EXPECT_EQ(is.last, was.last) << was.domain;
    EXPECT_EQ(is.hosts, kept) << was.domain;
  }
}

std::vector<RuleAnswer> some_rules() {
  auto const large = lost_sender("example.org", 1'000'000'000'000, {"192.0.2.1", "2001:db8::1"});
  auto failing = lost_sender("exam.example", 129, {"10.0.0.0", "a host by its name", ""});
  failing.reason = whatif::Reason::tls_failed;
  failing.failure = "no shared cipher";
  auto const null_sender = lost_sender("<>", 3, {});
  auto const hostile = lost_sender(std::string("\0\xFF</script>", 11), 1, {"192.0.02.1"});
  auto with_other_numbers = large, with_other_hosts = large;
  with_other_numbers.messages = 5;
  with_other_hosts.hosts = {"2001:db8::1", "192.0.2.1"};
  return {rule_that_loses({large, failing, null_sender, hostile}),
          rule_that_loses({with_other_numbers, failing}), rule_that_loses({}),
          rule_that_loses({with_other_hosts, failing, lost_sender("later.example", 8, {"192.0.2.9"})}),
          rule_that_loses({with_other_hosts, hostile})};
}

TEST(PackedSenders, AreAllThereWhenTheyAreUnpacked) {
  auto const rules = some_rules();
  for (std::size_t const hosts : {20, 1, 0}) {
    auto const unpacked = unpacked_senders(pack_senders(rules, {.hosts = hosts}), rules.size());
    for (std::size_t i = 0; i < rules.size(); ++i) expect_same_senders(unpacked[i], rules[i].senders, hosts);
  }
}

TEST(PackedSenders, OfTooManyTheLargestArePacked) {
  auto const rules = some_rules();
  auto const unpacked = unpacked_senders(pack_senders(rules, {.senders = 1}), rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    auto expected = rules[i].senders;
    expected.resize(std::min<std::size_t>(expected.size(), 1));
    expect_same_senders(unpacked[i], expected, 20);
  }
}

TEST(PackedSenders, NoRulesAndNoSendersArePackedToo) {
  EXPECT_TRUE(unpacked_senders(pack_senders({}, {}), 0).empty());
  std::vector<RuleAnswer> const none(2);
  for (auto const& senders : unpacked_senders(pack_senders(none, {}), none.size()))
    EXPECT_TRUE(senders.empty());
}

}  // namespace
}  // namespace postern::tests

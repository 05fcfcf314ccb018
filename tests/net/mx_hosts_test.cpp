#include "net/mx_hosts.hpp"

#include <gtest/gtest.h>

#include "support/fake_dns.hpp"
#include "support/test_loop.hpp"

namespace postern::net {
namespace {

using wire::DnsType;

class Zeros : public Random {
 public:
  std::uint64_t next() override { return 0; }
};

std::string mx(char preference, std::string_view host) {
  return std::string{'\0', preference} + tests::dns_name(host);
}

class MxHosts : public testing::Test {
 protected:
  static Task<void> find(Dns* dns, Random* random, StopToken stop, MailHosts* found) {
    *found = co_await find_mail_hosts(*dns, "example.org", "own.example.net", *random, stop);
  }
  static Task<void> resolve(Dns* dns, HostAddresses* found) {
    *found = co_await find_addresses(*dns, "mx.example.org");
  }
  MailHosts answered_with(DnsStatus status, std::vector<std::string> records) {
    MailHosts found;
    test_.spawn(find(&dns_, &random_, {}, &found));
    test_.settle();
    dns_.answer(status, std::move(records));
    test_.settle();
    return found;
  }

  tests::TestLoop test_;
  tests::FakeDns dns_;
  Zeros random_;
};

TEST_F(MxHosts, AreSortedByPreference) {  // RFC 5321 section 5.1
  auto const found = answered_with(
      DnsStatus::found, {mx(30, "c.example.org"), mx(10, "a.example.org"), mx(20, "b.example.org")});
  ASSERT_EQ(found.status, MailHostsStatus::found);
  ASSERT_EQ(found.hosts.size(), 3U);
  EXPECT_EQ(found.hosts[0].name, "a.example.org");
  EXPECT_EQ(found.hosts[1].name, "b.example.org");
  EXPECT_EQ(found.hosts[2].name, "c.example.org");
}

TEST_F(MxHosts, AreTheDomainItselfWhereThereIsNoMx) {  // RFC 5321 section 5.1
  auto const found = answered_with(DnsStatus::no_data, {});
  ASSERT_EQ(found.status, MailHostsStatus::found);
  ASSERT_EQ(found.hosts.size(), 1U);
  EXPECT_EQ(found.hosts[0].name, "example.org");
}

TEST_F(MxHosts, AreNoneForANullMxOrAnUnknownDomain) {  // RFC 7505
  EXPECT_EQ(answered_with(DnsStatus::found, {std::string(3, '\0')}).status, MailHostsStatus::null_mx);
  EXPECT_EQ(answered_with(DnsStatus::no_such_name, {}).status, MailHostsStatus::no_such_domain);
  EXPECT_EQ(answered_with(DnsStatus::failed, {}).status, MailHostsStatus::failed);
  EXPECT_EQ(answered_with(DnsStatus::found, {mx(10, "own.example.net")}).status, MailHostsStatus::loop);
}

TEST_F(MxHosts, AreAskedForInBothFamiliesAtOnceAndTakenInTurns) {
  HostAddresses found;
  test_.spawn(resolve(&dns_, &found));
  test_.settle();
  ASSERT_EQ(dns_.questions.size(), 2U);
  EXPECT_EQ(dns_.questions[0].type, wire::DnsType::a);
  EXPECT_EQ(dns_.questions[1].type, wire::DnsType::aaaa);
  dns_.answer(DnsStatus::found, {std::string("\x7F\0\0\1", 4), std::string("\x7F\0\0\2", 4)});
  dns_.answer(DnsStatus::found, {std::string(15, '\0') + '\1'});
  test_.settle();
  ASSERT_EQ(found.addresses.size(), 3U);
  EXPECT_EQ(found.addresses[0].print(), "::1");
  EXPECT_EQ(found.addresses[1].print(), "127.0.0.1");
  EXPECT_EQ(found.addresses[2].print(), "127.0.0.2");
}

// The answer for a question of one of the six kinds.
DnsAnswer answer_in(DnsState state, DnsType type) {
  DnsAnswer answer;
  switch (state) {
    case DnsState::secure:
    case DnsState::insecure:
      answer.status = DnsStatus::found;
      answer.records = {type == DnsType::a ? std::string("\xC0\0\2\1", 4) : std::string(16, '\x20')};
      break;
    case DnsState::absent_secure:
    case DnsState::absent_insecure: answer.status = DnsStatus::no_data; break;
    case DnsState::bogus: answer.bogus = true; break;
    case DnsState::failed: break;
  }
  answer.secure = state == DnsState::secure || state == DnsState::absent_secure;
  if (answer.status == DnsStatus::failed) answer.problem = "no answer";
  return answer;
}

constexpr DnsState all_states[] = {DnsState::secure,          DnsState::insecure, DnsState::absent_secure,
                                   DnsState::absent_insecure, DnsState::bogus,    DnsState::failed};

TEST(DnsAnswer, IsInOneOfSixStates) {
  for (auto const state : all_states) EXPECT_EQ(answer_in(state, DnsType::a).state(), state);
}

TEST_F(MxHosts, KeepWhatOneFamilySaysWhenTheOtherOneFails) {  // RFC 7672 section 2.1.1
  for (auto const four : all_states)
    for (auto const six : all_states) {
      SCOPED_TRACE(std::to_string(static_cast<int>(four)) + " and " + std::to_string(static_cast<int>(six)));
      HostAddresses found;
      test_.spawn(resolve(&dns_, &found));
      test_.settle();
      dns_.answer(answer_in(four, DnsType::a));
      dns_.answer(answer_in(six, DnsType::aaaa));
      test_.settle();
      auto const is = [&](DnsState state) { return four == state || six == state; };
      std::size_t const records =
          (four <= DnsState::insecure ? 1U : 0U) + (six <= DnsState::insecure ? 1U : 0U);
      EXPECT_EQ(found.addresses.size(), records);
      EXPECT_EQ(found.secure, is(DnsState::secure) || is(DnsState::absent_secure));
      auto const without =
          is(DnsState::bogus) || is(DnsState::failed) ? DnsStatus::failed : DnsStatus::no_data;
      EXPECT_EQ(found.status, records > 0 ? DnsStatus::found : without);
      EXPECT_EQ(found.canonical_name, "mx.example.org");
    }
}

}  // namespace
}  // namespace postern::net

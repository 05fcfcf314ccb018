#include "net/client_names.hpp"

#include <gtest/gtest.h>

#include "support/fake_dns.hpp"

namespace postern::net {
namespace {

using tests::dns_name;

class Names : public testing::Test {
 protected:
  tests::FakeDns dns_;
  Counters counters_;
  ClientNames names_{dns_, counters_};
  IpAddress const client_ = *IpAddress::parse("192.0.2.1");
  std::string const bytes_{"\xC0\x00\x02\x01", 4};
  std::vector<std::string> told_;

  void ask() {
    names_.find_name(client_,
                     [this](ClientNames::Answer answer) { told_.push_back(std::move(answer.name)); });
  }
};

TEST_F(Names, AreConfirmedForwardAndKept) {  // RFC 8601 section 2.7.3
  ask();
  ASSERT_EQ(dns_.questions.size(), 1U);
  EXPECT_EQ(dns_.questions[0].type, wire::DnsType::ptr);
  dns_.answer(DnsStatus::found, {dns_name("mx.example.org")});
  ASSERT_EQ(dns_.questions.size(), 1U);
  EXPECT_EQ(dns_.questions[0].name, "mx.example.org");
  dns_.answer(DnsStatus::found, {bytes_});
  EXPECT_EQ(told_, std::vector<std::string>{"mx.example.org"});
  EXPECT_EQ(names_.known_name(client_)->name, "mx.example.org");
  ask();
  EXPECT_TRUE(dns_.questions.empty()) << "it is known";
  EXPECT_EQ(told_.size(), 2U);
}

TEST_F(Names, AreTriedOneByOneUntilOneIsConfirmed) {
  ask();
  dns_.answer(DnsStatus::found, {dns_name("a.example.org"), dns_name("b.example.org")});
  EXPECT_EQ(dns_.questions[0].name, "a.example.org");
  dns_.answer(DnsStatus::found, {std::string("\x0A\x00\x00\x01", 4)});
  EXPECT_EQ(dns_.questions[0].name, "b.example.org");
  dns_.answer(DnsStatus::found, {bytes_});
  EXPECT_EQ(told_, std::vector<std::string>{"b.example.org"});
}

TEST_F(Names, AreLookedUpOnceForAllWhoWait) {
  ask();
  ask();
  EXPECT_EQ(dns_.questions.size(), 1U);
  dns_.answer(DnsStatus::no_such_name);
  EXPECT_EQ(told_, (std::vector<std::string>{"", ""}));
  EXPECT_EQ(names_.known_name(client_)->name, "") << "that there is none is kept, too";
}

TEST_F(Names, AreNotWorthWaitingForWhenNobodyAnswers) {
  for (int i = 1; i <= 5; ++i) {
    EXPECT_TRUE(names_.worth_waiting());
    names_.find_name(*IpAddress::parse("192.0.2." + std::to_string(i)), [](ClientNames::Answer const&) {});
    dns_.answer(DnsStatus::failed);
  }
  EXPECT_FALSE(names_.worth_waiting());
  EXPECT_EQ(counters_.get(Count::dns_timeouts), 5U);
  names_.find_name(*IpAddress::parse("192.0.2.9"), [](ClientNames::Answer const&) {});
  dns_.answer(DnsStatus::no_such_name);
  EXPECT_TRUE(names_.worth_waiting());
}

TEST_F(Names, AreNotKnownWhenTheDnsFails) {  // RFC 8601 section 2.7.3: temperror, not fail
  ask();
  dns_.answer(DnsStatus::found, {dns_name("mx.example.org")});
  dns_.answer(DnsStatus::failed);
  ASSERT_TRUE(names_.known_name(client_));
  EXPECT_EQ(names_.known_name(client_)->name, "");
  EXPECT_FALSE(names_.known_name(client_)->known);
}

TEST_F(Names, AreLookedForForSoManyClientsOfANetworkAtATime) {
  int without = 0;
  for (int i = 1; i <= 100; ++i)
    names_.find_name(*IpAddress::parse("2001:db8:1:2::" + std::to_string(i)),
                     [&](ClientNames::Answer const& answer) { without += answer.known ? 0 : 1; });
  EXPECT_EQ(dns_.questions.size(), 64U);
  EXPECT_EQ(without, 36);
  ask();
  EXPECT_EQ(dns_.questions.size(), 65U) << "others are looked for";
  dns_.answer(DnsStatus::no_such_name);
  names_.find_name(*IpAddress::parse("2001:db8:1:2::abc"), [](ClientNames::Answer const&) {});
  EXPECT_EQ(dns_.questions.size(), 65U) << "there is room again";
}

}  // namespace
}  // namespace postern::net

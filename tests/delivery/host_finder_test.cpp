#include "delivery/host_finder.hpp"

#include <gtest/gtest.h>

#include "support/fake_dns.hpp"
#include "support/simulated.hpp"
#include "support/test_loop.hpp"
#include "support/workplace.hpp"
#include "support/zone_dns.hpp"

namespace postern::delivery {
namespace {

using net::DnsState;
using policy::TlsaState;
using wire::DnsType;

constexpr DnsState every_state[] = {DnsState::secure,          DnsState::insecure, DnsState::absent_secure,
                                    DnsState::absent_insecure, DnsState::bogus,    DnsState::failed};

class FirstChoice : public Random {
 public:
  std::uint64_t next() override { return 0; }
};

std::string four(std::initializer_list<int> bytes) {
  std::string data;
  for (int const byte : bytes) data += static_cast<char>(byte);
  return data;
}

std::string usable_tlsa() { return std::string("\3\1\1", 3) + std::string(32, 'x'); }

// Mail to far.example, whose mail host is mx.far.example at 192.0.2.1, all in a signed zone.
class HostFinderTest : public testing::Test {
 protected:
  HostFinderTest() {
    dns_.put("far.example", DnsType::mx, DnsState::secure,
             {std::string("\0\12", 2) + tests::dns_name("mx.far.example")});
    dns_.put("mx.far.example", DnsType::a, DnsState::secure, {four({192, 0, 2, 1})});
    dns_.put("mx.far.example", DnsType::aaaa, DnsState::absent_secure);
    dns_.put("_25._tcp.mx.far.example", DnsType::tlsa, DnsState::secure, {usable_tlsa()});
    ourselves_.name = "mx.example.org";
    ourselves_.interfaces = {*IpAddress::parse("127.0.0.1"), *IpAddress::parse("198.51.100.7")};
  }

  FoundHost find() {
    MxRoute route;
    route.domain = "far.example";
    return run(route);
  }

  template <class R>
  FoundHost run(R route) {
    FoundHost found;
    candidates_.reset();
    test_.spawn(look(this, std::move(route), &found));
    test_.settle();
    return found;
  }

  static net::Task<void> look(HostFinderTest* test, MxRoute route, FoundHost* found) {
    test->candidates_ = co_await test->hosts_.candidates(route, 25, test->ourselves_);
    if (!test->candidates_->refusal) *found = co_await test->hosts_.resolve_host(test->candidates_, 0);
  }
  static net::Task<void> look(HostFinderTest* test, SmtpRoute route, FoundHost* found) {
    test->candidates_ = co_await test->hosts_.candidates(route, test->ourselves_);
    *found = co_await test->hosts_.resolve_host(test->candidates_, 0);
  }

  tests::TestLoop test_;
  tests::ZoneDns dns_;
  net::Ourselves ourselves_;
  std::shared_ptr<Candidates const> candidates_;
  tests::Workplace place_;
  tests::ManualClock clock_;
  FirstChoice random_;
  net::WorkerPool workers_{1};
  StsPolicies sts_{dns_, workers_, nullptr, place_.log, clock_};
  HostFinder hosts_{dns_, sts_, random_};
};

TEST_F(HostFinderTest, GoesByTheTlsaRecordsOfASignedHost) {  // RFC 7672 section 2.2
  auto const found = find();
  EXPECT_EQ(found.inputs.tlsa_state, TlsaState::usable);
  ASSERT_TRUE(found.plan);
  EXPECT_EQ(found.plan->proof, policy::HostProof::dane);
}

TEST_F(HostFinderTest, GoesByThemWhateverBecomesOfTheOtherAddressFamily) {  // RFC 7672 section 2.1.1
  for (auto const state : every_state) {
    SCOPED_TRACE(static_cast<int>(state));
    dns_.put("mx.far.example", DnsType::aaaa, state, {std::string(16, '\x20')});
    auto const found = find();
    EXPECT_FALSE(found.endpoints.empty());
    EXPECT_EQ(found.inputs.tlsa_state, TlsaState::usable);
  }
}

TEST_F(HostFinderTest, TakesEachStateOfTheTlsaRecordsForWhatItIs) {  // RFC 7672 section 2.1
  for (auto const state : every_state) {
    SCOPED_TRACE(static_cast<int>(state));
    dns_.put("_25._tcp.mx.far.example", DnsType::tlsa, state, {usable_tlsa()});
    auto const found = find();
    bool const failed = state == DnsState::bogus || state == DnsState::failed;
    EXPECT_EQ(found.plan.has_value(), !failed);
    if (found.plan)
      EXPECT_EQ(found.plan->proof == policy::HostProof::dane, state == DnsState::secure);
    else
      EXPECT_FALSE(found.plan.error().permanent) << "the mail waits";
  }
}

TEST_F(HostFinderTest, AsksForTheRecordsOfASignedAliasOfAnUnsignedName) {  // RFC 7672 section 2.2.3
  dns_.put("mx.far.example", DnsType::a, DnsState::insecure, {four({192, 0, 2, 1})}, "host.unsigned.example");
  dns_.put("mx.far.example", DnsType::aaaa, DnsState::absent_insecure, {}, "host.unsigned.example");
  for (auto const alias : every_state) {
    SCOPED_TRACE(static_cast<int>(alias));
    dns_.put("mx.far.example", DnsType::cname, alias, {tests::dns_name("host.unsigned.example")});
    auto const found = find();
    switch (alias) {
      case DnsState::secure:
      case DnsState::absent_secure: EXPECT_EQ(found.inputs.tlsa_state, TlsaState::usable); break;
      case DnsState::insecure:
      case DnsState::absent_insecure: EXPECT_EQ(found.inputs.tlsa_state, TlsaState::insecure); break;
      case DnsState::bogus:
      case DnsState::failed: EXPECT_EQ(found.inputs.tlsa_state, TlsaState::failed); break;
    }
  }
}

TEST_F(HostFinderTest, PrefersTheRecordsBehindASignedAlias) {  // RFC 7672 section 2.2.3
  dns_.put("mx.far.example", DnsType::a, DnsState::secure, {four({192, 0, 2, 1})}, "host.signed.example");
  dns_.put("mx.far.example", DnsType::aaaa, DnsState::absent_secure, {}, "host.signed.example");
  EXPECT_EQ(find().inputs.tlsa_names.front(), "mx.far.example") << "there are none behind it";
  dns_.put("_25._tcp.host.signed.example", DnsType::tlsa, DnsState::insecure, {usable_tlsa()});
  EXPECT_EQ(find().inputs.tlsa_names.front(), "mx.far.example") << "those behind it are not signed";
  dns_.put("_25._tcp.host.signed.example", DnsType::tlsa, DnsState::secure, {usable_tlsa()});
  EXPECT_EQ(find().inputs.tlsa_names.front(), "host.signed.example");
  dns_.put("_25._tcp.host.signed.example", DnsType::tlsa, DnsState::failed);
  EXPECT_FALSE(find().plan);
}

TEST_F(HostFinderTest, AsksForNoRecordsInAnUnsignedZone) {
  dns_.put("mx.far.example", DnsType::a, DnsState::insecure, {four({192, 0, 2, 1})});
  dns_.put("mx.far.example", DnsType::aaaa, DnsState::absent_insecure);
  EXPECT_EQ(find().inputs.tlsa_state, TlsaState::insecure);
  EXPECT_FALSE(dns_.was_asked("_25._tcp.mx.far.example"));
}

TEST_F(HostFinderTest, PutsMailOffWhenTheMailHostsCannotBeLookedUp) {  // RFC 7672 section 2.1.2
  for (auto const state : {DnsState::bogus, DnsState::failed}) {
    dns_.put("far.example", DnsType::mx, state);
    find();
    ASSERT_TRUE(candidates_->refusal);
    EXPECT_FALSE(candidates_->refusal->permanent());
  }
}

TEST_F(HostFinderTest, PutsMailOffWhenNobodyKnowsWhetherThereIsAPolicy) {
  dns_.put("_25._tcp.mx.far.example", DnsType::tlsa, DnsState::absent_secure);
  ASSERT_TRUE(find().plan);
  clock_.advance(std::chrono::minutes(5));
  for (auto const state : {DnsState::bogus, DnsState::failed}) {
    dns_.put("_mta-sts.far.example", DnsType::txt, state);
    auto const found = find();
    ASSERT_FALSE(found.plan);
    EXPECT_FALSE(found.plan.error().permanent);
    EXPECT_NE(found.plan.error().why.find("MTA-STS: whether far.example has a policy"), std::string::npos);
    clock_.advance(std::chrono::minutes(1));
  }
}

TEST_F(HostFinderTest, TakesNoStrangersHostForAMailHostThatIsThisServer) {
  dns_.put("mx.far.example", DnsType::a, DnsState::insecure, {four({127, 0, 0, 1}), four({198, 51, 100, 7})});
  dns_.put("mx.far.example", DnsType::aaaa, DnsState::insecure,
           {std::string(10, '\0') + "\xFF\xFF" + four({127, 0, 0, 1}), std::string(16, '\0')});
  auto found = find();
  EXPECT_TRUE(found.endpoints.empty());
  EXPECT_TRUE(found.ourselves);
  dns_.put("mx.far.example", DnsType::a, DnsState::insecure, {four({127, 0, 0, 1}), four({192, 0, 2, 1})});
  found = find();
  ASSERT_EQ(found.endpoints.size(), 1U) << "the address that is not ours";
  EXPECT_EQ(found.endpoints[0].address.print(), "192.0.2.1");
  EXPECT_FALSE(found.ourselves);
  dns_.put("mx.far.example", DnsType::a, DnsState::insecure, {four({224, 0, 0, 1})});
  dns_.put("mx.far.example", DnsType::aaaa, DnsState::absent_insecure);
  found = find();
  EXPECT_TRUE(found.endpoints.empty() && found.no_such_host && !found.ourselves);
}

TEST_F(HostFinderTest, GoesToThisHostWhereTheOwnerSendsIt) {
  SmtpRoute route;
  route.host = "127.0.0.1";
  EXPECT_EQ(run(route).endpoints.size(), 1U);
  route.named_by = NamedBy::recipient;  // x@[127.0.0.1]
  auto const found = run(route);
  EXPECT_TRUE(found.endpoints.empty() && found.ourselves);
}

TEST_F(HostFinderTest, LooksForThePolicyOfASmarthost) {  // RFC 8461 section 3.4
  SmtpRoute route;
  route.host = "mx.far.example";
  run(route);
  EXPECT_TRUE(dns_.was_asked("_mta-sts.mx.far.example"));
  route.host = "relay";
  run(route);
  EXPECT_FALSE(dns_.was_asked("_mta-sts.relay")) << "no name of the public DNS";
  route.tls.level = policy::DestinationLevel::dane;
  route.host = "other.example";
  run(route);
  EXPECT_FALSE(dns_.was_asked("_mta-sts.other.example")) << "the owner does not want it looked for";
}

}  // namespace
}  // namespace postern::delivery

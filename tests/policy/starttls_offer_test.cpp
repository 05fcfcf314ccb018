#include "policy/starttls_offer.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"

namespace postern::policy {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Instant minute(int minute) { return Instant(hours(24 * 20'000) + minutes(minute)); }

// A mail host that has failed at TLS three times in a row, the last time in minute 0.
ConnectionFacts failing_host() {
  ConnectionFacts connection;
  connection.client = *IpAddress::parse("203.0.113.5");
  connection.remembered.failed_handshakes = 3;
  connection.remembered.last_failure = minute(0);
  return connection;
}

StarttlsOffer offer_to(ConnectionFacts const& connection, Policy const& policy = tests::example_policy(),
                       Instant now = minute(5)) {
  return starttls_offer(policy, connection, now);
}

TEST(StarttlsOffer, IsWithheldFromAMailHostThatKeepsFailing) {
  auto host = failing_host();
  EXPECT_EQ(offer_to(host), StarttlsOffer::withheld);
  EXPECT_EQ(offer_to(host, tests::example_policy(), minute(60)), StarttlsOffer::made) << "for an hour";
  host.remembered.failed_handshakes = 2;
  EXPECT_EQ(offer_to(host), StarttlsOffer::made);
  auto policy = tests::example_policy();
  policy.fallback.failures = 0;
  EXPECT_EQ(offer_to(failing_host(), policy), StarttlsOffer::made) << "the owner does not want it";
}

TEST(StarttlsOffer, IsMadeToEverybodyWhereNobodyCanDoWithout) {
  auto user = failing_host();
  user.role = ListenerRole::submission;
  EXPECT_EQ(offer_to(user), StarttlsOffer::made);
}

TEST(StarttlsOffer, IsMadeToThoseWhoDistrustOurCertificate) {
  auto host = failing_host();
  host.remembered.distrusts_us = true;
  EXPECT_EQ(offer_to(host), StarttlsOffer::made);
}

TEST(StarttlsOffer, IsMadeToThoseWhoHaveUsedTls) {
  auto host = failing_host();
  auto const policy = tests::example_policy();
  host.remembered.last_tls = minute(-1);
  EXPECT_EQ(offer_to(host), StarttlsOffer::made);
  host.remembered.last_tls = minute(5) - policy.memory.expire;
  EXPECT_EQ(offer_to(host), StarttlsOffer::made);
  host.remembered.last_tls = minute(4) - policy.memory.expire;
  EXPECT_EQ(offer_to(host), StarttlsOffer::withheld) << "that is forgotten";
}

TEST(StarttlsOffer, IsMadeAgainOnceTheCertificatesAreOthers) {
  auto policy = tests::example_policy();
  policy.fallback.certificates_since = minute(1);
  auto host = failing_host();
  EXPECT_EQ(offer_to(host, policy), StarttlsOffer::made);
  host.remembered.last_failure = minute(2);
  EXPECT_EQ(offer_to(host, policy), StarttlsOffer::withheld) << "the new ones have not helped";
}

TEST(StarttlsOffer, IsPossibleOnlyInTheClearAndWhereTheListenerHasIt) {
  auto host = failing_host();
  host.tls.state = TlsState::established;
  EXPECT_EQ(offer_to(host), StarttlsOffer::impossible);
  for (auto const listener : {ListenerTls::none, ListenerTls::implicit}) {
    auto other = failing_host();
    other.listener_tls = listener;
    EXPECT_EQ(offer_to(other), StarttlsOffer::impossible);
  }
}

TEST(TlsAlerts, ThatTellOfDistrustAreToldFromFailures) {  // RFC 8446 section 6.2
  int distrust = 0;
  for (int alert = 0; alert < 256; ++alert) distrust += is_distrust(static_cast<std::uint8_t>(alert));
  EXPECT_EQ(distrust, 9);
  for (int const alert : {42, 43, 44, 45, 46, 48, 49, 113, 114})
    EXPECT_TRUE(is_distrust(static_cast<std::uint8_t>(alert))) << alert;
  // close_notify, unexpected_message, handshake_failure, protocol_version, insufficient_security,
  // internal_error, user_canceled
  for (int const alert : {0, 10, 40, 70, 71, 80, 90})
    EXPECT_FALSE(is_distrust(static_cast<std::uint8_t>(alert))) << alert;
}

}  // namespace
}  // namespace postern::policy

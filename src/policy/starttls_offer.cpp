#include "policy/starttls_offer.hpp"

#include <algorithm>
#include <array>

namespace postern::policy {
namespace {

// bad_certificate, unsupported_certificate, certificate_revoked, certificate_expired, certificate_unknown,
// unknown_ca, access_denied, bad_certificate_status_response, bad_certificate_hash_value
constexpr std::array<std::uint8_t, 9> distrust_alerts{42, 43, 44, 45, 46, 48, 49, 113, 114};

bool can_start_tls(ConnectionFacts const& connection) {
  return connection.listener_tls == ListenerTls::starttls && connection.tls.state != TlsState::established;
}

bool keeps_failing(TlsFallback const& fallback, RememberedHost const& client, Instant now) {
  return fallback.failures > 0 && client.failed_handshakes >= fallback.failures && client.last_failure &&
         *client.last_failure >= fallback.certificates_since &&
         now - *client.last_failure < fallback.clear_for;
}

bool is_able_to(RememberedHost const& client, Duration expire, Instant now) {
  return client.distrusts_us || (client.last_tls && now - *client.last_tls <= expire);
}

}  // namespace

StarttlsOffer starttls_offer(Policy const& policy, ConnectionFacts const& connection, Instant now) {
  if (!can_start_tls(connection)) return StarttlsOffer::impossible;
  auto const& client = connection.remembered;
  bool const helps = connection.role == ListenerRole::mx && keeps_failing(policy.fallback, client, now) &&
                     !is_able_to(client, policy.memory.expire, now);
  return helps ? StarttlsOffer::withheld : StarttlsOffer::made;
}

bool is_distrust(std::uint8_t alert) {
  return std::find(distrust_alerts.begin(), distrust_alerts.end(), alert) != distrust_alerts.end();
}

}  // namespace postern::policy

#include "policy/expects_tls.hpp"

#include <algorithm>

namespace postern::policy {

Instant now_of(Facts const& facts) {
  return facts.transaction.started == Instant{} ? facts.connection.started : facts.transaction.started;
}

bool expects_tls(TlsMemorySettings const& settings, TlsFallback const& fallback, Facts const& facts) {
  auto const& host = facts.connection.remembered;
  if (host.tls.sessions < settings.sessions || !host.tls.first || !host.tls.last) return false;
  if (*host.tls.last - *host.tls.first < settings.days) return false;
  auto const now = now_of(facts);
  if (now - *host.tls.last > settings.expire) return false;
  bool const just_failed =
      facts.connection.tls.state == TlsState::failed ||
      (host.failed_handshakes > 0 && host.last_failure && now - *host.last_failure < fallback.clear_for);
  return !just_failed;
}

Instant clear_since(Facts const& facts) {
  auto since = now_of(facts);
  auto const& host = facts.connection.remembered;
  for (auto const& known : {host.clear_since, host.tls.clear_since})
    since = std::min(since, known.value_or(since));
  if (!facts.transaction.recipients.empty())
    since = std::min(since, facts.transaction.recipients.back().deferred_since.value_or(since));
  return since;
}

}  // namespace postern::policy

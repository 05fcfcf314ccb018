#include "policy/decide.hpp"

#include <algorithm>

namespace postern::policy {
namespace {

Verdict refuse(std::string rule, std::uint16_t code, wire::EnhancedStatus status, std::string text) {
  return {Effect::reject, std::move(rule), {code, status, std::move(text)}};
}

Verdict tls_missing() {  // RFC 3207 section 4
  return refuse("tls.require", 530, {5, 7, 0}, "Must issue a STARTTLS command first");
}

bool relays_for(Policy const& policy, IpAddress const& client) {
  return std::any_of(policy.relay_networks.begin(), policy.relay_networks.end(),
                     [&](Network const& network) { return network.contains(client); });
}

Verdict decide_recipient(Policy const& policy, Facts const& facts) {
  auto const& recipient = facts.transaction.recipients.back();
  switch (recipient.standing) {
    case Standing::unknown: return refuse("directory", 550, {5, 1, 1}, "No such user here");
    case Standing::elsewhere:
      if (!relays_for(policy, facts.connection.client))
        return refuse("relay", 550, {5, 7, 1}, "Relaying denied");
      return {};
    case Standing::postmaster: return {};  // RFC 5321 section 4.5.1
    case Standing::mailbox:
    case Standing::alias: break;
  }
  auto const* domain = policy.directory.find(recipient.address);
  auto const required = domain != nullptr && domain->tls ? *domain->tls : policy.tls;
  return required == TlsRequirement::always && !facts.over_tls() ? tls_missing() : Verdict{};
}

}  // namespace

Verdict decide(Policy const& policy, Facts const& facts) {
  switch (facts.stage) {
    case Stage::mail:
      return policy.tls == TlsRequirement::always && !facts.over_tls() ? tls_missing() : Verdict{};
    case Stage::rcpt: return decide_recipient(policy, facts);
    case Stage::connect:
    case Stage::helo:
    case Stage::content: break;
  }
  return {};
}

bool offers_starttls(Policy const& policy, ConnectionFacts const& connection, Instant now) {
  if (connection.listener_tls != ListenerTls::starttls || connection.tls.state == TlsState::established)
    return false;
  auto const& remembered = connection.remembered;
  bool const keeps_failing =
      policy.fallback.failures > 0 && remembered.failed_handshakes >= policy.fallback.failures;
  return !keeps_failing || !remembered.last_failure ||
         now - *remembered.last_failure >= policy.fallback.clear_for;
}

}  // namespace postern::policy

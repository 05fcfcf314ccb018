#include "policy/decide.hpp"

#include <algorithm>

namespace postern::policy {
namespace {

Verdict refuse(std::string rule, std::uint16_t code, wire::EnhancedStatus status, std::string text) {
  return {Effect::reject, std::move(rule), {code, status, std::move(text)}};
}

Verdict unless_satisfied(Facts const& facts, TlsRequirement required) {
  return satisfies(facts.connection, required) ? Verdict{} : refusal(required);
}

Verdict decide_recipient(Policy const& policy, Facts const& facts) {
  auto const& recipient = facts.transaction.recipients.back();
  switch (recipient.standing) {
    case Standing::unknown: return refuse("directory", 550, {5, 1, 1}, "No such user here");
    case Standing::elsewhere:
      if (!relays_for(policy, facts.connection)) return refuse("relay", 550, {5, 7, 1}, "Relaying denied");
      return {};
    case Standing::postmaster: return {};  // RFC 5321 section 4.5.1
    case Standing::mailbox:
    case Standing::alias: break;
  }
  auto const* domain = policy.directory.find(recipient.address);
  auto const required = domain != nullptr && domain->tls ? *domain->tls : policy.tls;
  return unless_satisfied(facts, required);
}

Verdict decide_sender(Policy const& policy, Facts const& facts) {
  if (facts.connection.role == ListenerRole::submission && !relays_for(policy, facts.connection))
    return refuse("login", 530, {5, 7, 0}, "Authentication required");  // RFC 4954 section 6
  if (auto general = unless_satisfied(facts, policy.tls); general.refuses()) return general;
  auto const& sender = facts.transaction.mail.reverse_path;
  if (policy.sender_tls.empty() || !sender) return {};
  auto const required = policy.sender_tls.find(sender->host());
  return required == policy.sender_tls.end() ? Verdict{} : unless_satisfied(facts, required->second);
}

}  // namespace

bool relays_for(Policy const& policy, ConnectionFacts const& connection) {
  if (!connection.login.empty()) return true;
  if (policy.relay_certificates.contains(connection.tls.spki_sha256)) return true;
  return std::any_of(policy.relay_networks.begin(), policy.relay_networks.end(),
                     [&](Network const& network) { return network.contains(connection.client); });
}

Verdict decide(Policy const& policy, Facts const& facts) {
  switch (facts.stage) {
    case Stage::mail: return decide_sender(policy, facts);
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

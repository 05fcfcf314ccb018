#include "policy/decide.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "policy/expects_tls.hpp"
#include "policy/login_sender.hpp"
#include "policy/rules.hpp"

namespace postern::policy {
namespace {

Verdict refuse(Builtin builtin, std::uint16_t code, wire::EnhancedStatus status, std::string text) {
  Verdict verdict;
  verdict.effect = Effect::reject;
  verdict.decided_by = {.builtin = builtin};
  verdict.reply = {code, status, std::move(text)};
  return verdict;
}

// Mail in the clear from a host that has shown TLS waits for a while, and is let in marked, or is refused.
void require_remembered(Policy const& policy, Facts const& facts, Verdict& verdict) {
  if (facts.over_tls() || !expects_tls(policy.memory, policy.fallback, facts)) return;
  auto const since = clear_since(facts);
  verdict.decided_by = {.builtin = Builtin::tls_require};
  if (now_of(facts) - since < policy.memory.grace_period) {
    verdict.effect = Effect::defer;
    verdict.reply = refusal(TlsRequirement::remembered).reply;
    return;
  }
  verdict.effect = policy.memory.then;
  if (verdict.effect == Effect::reject)
    verdict.reply = {550, {5, 7, 10}, "STARTTLS is needed: it has been used before from your side"};
  else
    verdict.marks.push_back({.recipient = facts.transaction.recipients.size() - 1,
                             .flag = std::string(print(Builtin::tls_require)) + "; without TLS since " +
                                     print_iso8601(since) + ", over TLS before"});
}

void require(Policy const& policy, Facts const& facts, TlsRequirement required, Verdict& verdict) {
  if (verdict.refuses() || !verdict.marks.empty()) return;
  if (required == TlsRequirement::remembered) return require_remembered(policy, facts, verdict);
  if (satisfies(facts.connection, required)) return;
  auto const refused = refusal(required);
  verdict.effect = refused.effect;
  verdict.decided_by = refused.decided_by;
  verdict.reply = refused.reply;
}

bool has_pinned_certificate(Pin const& pin, TlsFacts const& tls) {
  if (pin.fingerprints.contains(tls.spki_sha256)) return true;
  return tls.client_certificate == ClientCertificate::trusted &&
         std::any_of(tls.certificate_names.begin(), tls.certificate_names.end(),
                     [&](std::string const& name) { return pin.names.contains(name); });
}

void require_pin(Policy const& policy, Facts const& facts, Verdict& verdict) {
  auto const& sender = facts.transaction.mail.reverse_path;
  if (verdict.refuses() || policy.pins.empty() || !sender) return;
  auto const found = policy.pins.find(sender->host());
  if (found == policy.pins.end()) return;
  auto const& pin = found->second;
  auto const& tls = facts.connection.tls;
  auto const& learned = facts.transaction.sender_key;
  bool const is_pinned = !pin.fingerprints.empty() || !pin.names.empty() || learned;
  if (!is_pinned || has_pinned_certificate(pin, tls) || (learned && *learned == tls.spki_sha256)) return;
  verdict.effect = Effect::defer;
  verdict.decided_by = {.builtin = Builtin::tls_pins};
  verdict.reply = {450, {4, 7, 10}, "This sender's mail comes with a client certificate that we know"};
}

bool receives_tls_reports(Policy const& policy, Address const& address) {
  return !policy.tls_report_addresses.empty() &&
         policy.tls_report_addresses.contains(lowered(address.local_part()) + "@" + address.host());
}

// RFC 8460 section 3: reports about TLS must come through when TLS does not work; and somebody must be
// reachable to complain to.
bool is_exempt(Policy const& policy, RecipientFacts const& recipient) {
  return recipient.standing == RecipientClass::postmaster ||
         iequals(recipient.address.local_part(), "postmaster") ||
         receives_tls_reports(policy, recipient.address);
}

void require_tls(Policy const& policy, Facts const& facts, RecipientFacts const& recipient,
                 Verdict& verdict) {
  auto const* domain = policy.directory.find(recipient.address);
  bool const of_its_own = domain != nullptr && domain->tls;
  require(policy, facts, of_its_own ? *domain->tls : policy.tls, verdict);
  auto const& sender = facts.transaction.mail.reverse_path;
  if (sender && !policy.sender_tls.empty())
    if (auto const required = policy.sender_tls.find(sender->host()); required != policy.sender_tls.end())
      require(policy, facts, required->second, verdict);
  require_pin(policy, facts, verdict);
}

Verdict decide_recipient(Policy const& policy, Facts const& facts) {
  POSTERN_ASSERT(!facts.transaction.recipients.empty());  // the last one is asked about
  auto const& recipient = facts.transaction.recipients.back();
  if (recipient.standing == RecipientClass::unknown)
    return refuse(Builtin::directory, 550, {5, 1, 1}, "No such user here");
  bool const relayed = recipient.standing == RecipientClass::elsewhere;
  if (relayed && !relays_for(policy, facts.connection))
    return refuse(Builtin::relay, 550, {5, 7, 1}, "Relaying denied");
  bool const exempt = is_exempt(policy, recipient);
  Verdict verdict;
  if (policy.rules)
    policy.rules->evaluate(policy, facts, &recipient,
                           static_cast<std::int64_t>(facts.transaction.recipients.size() - 1), exempt,
                           verdict);
  bool const decided = verdict.decided_by.anything();  // by a rule of the owner's: also to accept
  if (!decided && !relayed && !exempt) require_tls(policy, facts, recipient, verdict);
  return verdict;
}

Verdict decide_sender(Policy const& policy, Facts const& facts) {
  if (facts.connection.role == ListenerRole::submission && !relays_for(policy, facts.connection))
    return refuse(Builtin::login, 530, {5, 7, 0}, "Authentication required");  // RFC 4954 section 6
  return judge_login_sender(policy, facts);
}

// For each recipient that was taken: the strictest word counts for the message. An exemption is the
// recipient's own, and lifts nothing for those beside it.
void decide_content(Policy const& policy, Facts const& facts, Verdict& verdict) {
  auto const& recipients = facts.transaction.recipients;
  for (std::size_t i = 0; i < recipients.size(); ++i)
    if (recipients[i].accepted)
      policy.rules->evaluate(policy, facts, &recipients[i], static_cast<std::int64_t>(i),
                             is_exempt(policy, recipients[i]), verdict);
}

}  // namespace

bool relays_for(Policy const& policy, ConnectionFacts const& connection) {
  if (connection.role == ListenerRole::beside || !connection.login.empty()) return true;
  if (policy.relay_certificates.contains(connection.tls.spki_sha256)) return true;
  return std::any_of(policy.relay_networks.begin(), policy.relay_networks.end(),
                     [&](Network const& network) { return network.contains(connection.client); });
}

Verdict decide(Policy const& policy, Facts const& facts) {
  if (facts.stage == Stage::rcpt) return decide_recipient(policy, facts);
  Verdict verdict;
  if (facts.stage == Stage::mail) verdict = decide_sender(policy, facts);
  if (facts.stage == Stage::content) verdict = judge_login_authors(policy, facts);
  if (verdict.refuses() || !policy.rules || !policy.rules->asks_at(facts.stage)) return verdict;
  if (facts.stage == Stage::content)
    decide_content(policy, facts, verdict);
  else
    policy.rules->evaluate(policy, facts, nullptr, RuleMatch::nobody, false, verdict);
  return verdict;
}

}  // namespace postern::policy

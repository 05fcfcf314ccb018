#include "session/gatekeeper.hpp"

#include "policy/around_decide.hpp"
#include "policy/decide.hpp"
#include "policy/expects_tls.hpp"
#include "policy/host_identity.hpp"
#include "policy/rules.hpp"

namespace postern::session {

using policy::Facts;
using policy::Stage;

// Mail of our own users is not checked, and neither is mail of this host, whose address no domain lists.
bool Gatekeeper::checks_spf(Facts const& facts) const {
  auto const& connection = facts.connection;
  bool const ours = connection.role == policy::ListenerRole::submission || !connection.login.empty();
  return policy_->checks_spf && !ours && !connection.client.is_loopback();
}

bool Gatekeeper::asks_for_spf() const {
  return policy_->rules &&
         (policy_->rules->asks_for("spf") || policy_->rules->asks_for("memory.sender_tls_sessions"));
}

policy::Verdict Gatekeeper::ask(Facts const& facts) {
  auto verdict = policy::decide(*policy_, facts);
  tell(facts, verdict);
  if (facts.stage == Stage::rcpt && facts.connection.role != policy::ListenerRole::submission)
    remember_recipient(facts, verdict);
  return verdict;
}

void Gatekeeper::tell(Facts const& facts, policy::Verdict const& verdict) {
  for (auto const& problem : verdict.problems) {
    services_.counters.add(Count::rule_errors);
    services_.log.write(
        LogEvent(Severity::error, "rule-skipped").add("rule", problem.rule).add("reason", problem.what));
  }
  if (verdict.decided_by.builtin == policy::Builtin::auth_senders)
    services_.counters.add(Count::login_senders_refused);
  if (!verdict.refuses()) services_.counters.add(Count::recipients_flagged, verdict.marks.size());
  if (facts.stage == Stage::rcpt && verdict.refuses())
    services_.counters.add(verdict.effect == policy::Effect::defer ? Count::recipients_deferred
                                                                   : Count::recipients_refused);
  if (!facts.connection.downgraded && is_downgrade(*policy_, facts)) warn_of_downgrade(facts);
}

void Gatekeeper::remember_recipient(Facts const& facts, policy::Verdict const& verdict) {
  auto memory = services_.memory.access();
  memory->deferred.note(facts, verdict);
  if (!facts.over_tls() && facts.transaction.recipients.size() == 1)  // once per transaction
    record(remember_clear(memory->tls, facts.connection, policy::now_of(facts)));
}

void Gatekeeper::warn_of_downgrade(Facts const& facts) {
  auto const& connection = facts.connection;
  services_.counters.add(Count::tls_downgrades);
  auto const& seen = connection.remembered.tls;
  services_.log.write(LogEvent(Severity::warning, "tls-downgrade")
                          .add("client", connection.client.print())
                          .add("host", policy::identity_of(connection))
                          .add("since", print_iso8601(policy::clear_since(facts)))
                          .add("tls_sessions", seen.sessions)
                          .add("first_tls", print_iso8601(*seen.first))
                          .add("last_tls", print_iso8601(*seen.last)));
}

void Gatekeeper::transaction_over(policy::ConnectionFacts const& connection,
                                  policy::TransactionFacts transaction) {
  if (transaction.outcome == policy::Outcome::accepted)
    record(remember_sender(services_.memory.access()->tls, connection, transaction));
  services_.evidence.record(store::TransactionRecord{connection.id, std::move(transaction)});
}

void Gatekeeper::connection_over(policy::ConnectionFacts connection) {
  if (connection.tls.state != policy::TlsState::none)
    record(remember(services_.memory.access()->tls, connection));
  services_.evidence.record(std::move(connection));
}

void Gatekeeper::record(policy::MemoryChanges const& changes) {
  for (auto const* change : changes) services_.evidence.record(policy::MemoryEntry(*change));
}

}  // namespace postern::session

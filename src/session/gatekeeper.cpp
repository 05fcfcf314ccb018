#include "session/gatekeeper.hpp"

#include "policy/decide.hpp"
#include "policy/expects_tls.hpp"
#include "policy/host_identity.hpp"
#include "policy/rules.hpp"

namespace postern::session {

using policy::Facts;
using policy::Stage;

void Gatekeeper::meet(policy::ConnectionFacts& connection) {
  recall_client(services_.memory.access()->tls, connection);
}

// Not of our own users, and not of this host, whom nothing can be asked about.
bool Gatekeeper::checks_spf(Facts const& facts) const {
  auto const& connection = facts.connection;
  bool const ours = connection.role == policy::ListenerRole::submission || !connection.login.empty();
  return policy_.checks_spf && !ours && !connection.client.is_loopback();
}

bool Gatekeeper::asks_for_spf() const {
  return policy_.rules &&
         (policy_.rules->asks_for("spf") || policy_.rules->asks_for("memory.sender_tls_sessions"));
}

policy::Verdict Gatekeeper::ask(Facts& facts) {
  recall(facts);
  auto verdict = policy::decide(policy_, facts);
  note(facts, verdict);
  return verdict;
}

void Gatekeeper::recall(Facts& facts) {
  if (facts.stage != Stage::mail && facts.stage != Stage::rcpt) return;
  auto memory = services_.memory.access();
  if (facts.stage == Stage::mail) {
    facts.connection.identity =
        policy::host_identity(facts.connection.verified_name, facts.connection.client);
    recall_host(memory->tls, facts.connection);
    recall_sender(memory->tls, policy_, facts.transaction);
  } else {
    facts.transaction.recipients.back().deferred_since = memory->deferred.since(facts);
  }
}

void Gatekeeper::note(Facts& facts, policy::Verdict const& verdict) {
  auto& matches = facts.stage < Stage::mail ? facts.connection.matches : facts.transaction.matches;
  matches.insert(matches.end(), verdict.matches.begin(), verdict.matches.end());
  for (auto const& problem : verdict.problems) {
    services_.counters.add(Count::rule_errors);
    services_.log.write(
        LogEvent(Severity::error, "rule-skipped").add("rule", problem.rule).add("reason", problem.what));
  }
  auto& recipients = facts.transaction.recipients;
  if (!verdict.refuses())
    for (auto const& mark : verdict.marks) {
      if (mark.recipient >= recipients.size()) continue;
      services_.counters.add(Count::recipients_flagged);
      recipients[mark.recipient].flag = mark.flag;
      recipients[mark.recipient].deliver_to = mark.deliver_to;
    }
  if (facts.stage != Stage::rcpt) return;
  if (verdict.refuses())
    services_.counters.add(verdict.effect == policy::Effect::defer ? Count::recipients_deferred
                                                                   : Count::recipients_refused);
  if (facts.connection.role == policy::ListenerRole::submission) return;
  if (!facts.over_tls()) look_for_downgrade(facts);
  policy::MemoryChanges changes;
  {
    auto memory = services_.memory.access();
    memory->deferred.note(facts, verdict);
    if (!facts.over_tls() && recipients.size() == 1)  // once a transaction
      changes = remember_clear(memory->tls, facts.connection, policy::now_of(facts));
  }
  record(std::move(changes));
}

void Gatekeeper::look_for_downgrade(Facts& facts) {
  auto& connection = facts.connection;
  if (connection.downgraded || !expects_tls(policy_.memory, policy_.fallback, facts)) return;
  connection.downgraded = true;
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

void Gatekeeper::record(policy::MemoryChanges changes) {
  for (auto& change : changes) services_.evidence.record(std::move(change));
}

}  // namespace postern::session

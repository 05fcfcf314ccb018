#include "policy/around_decide.hpp"

#include "base/assert.hpp"
#include "policy/decide.hpp"
#include "policy/expects_tls.hpp"
#include "policy/host_identity.hpp"

namespace postern::policy {

void recall(TlsMemory const& memory, DeferredMail const& deferred, Policy const& policy, Facts& facts) {
  auto& connection = facts.connection;
  switch (facts.stage) {
    case Stage::connect: recall_client(memory, connection); return;
    case Stage::mail:
      connection.identity = host_identity(connection.verified_name, connection.client);
      recall_host(memory, connection);
      recall_sender(memory, policy, facts.transaction);
      return;
    case Stage::rcpt:
      POSTERN_ASSERT(!facts.transaction.recipients.empty());
      facts.transaction.recipients.back().deferred_since = deferred.since(facts);
      return;
    case Stage::helo:
    case Stage::content: return;
  }
}

void note(Policy const& policy, Verdict const& verdict, Facts& facts) {
  auto& matches = facts.stage < Stage::mail ? facts.connection.matches : facts.transaction.matches;
  matches.insert(matches.end(), verdict.matches.begin(), verdict.matches.end());
  auto& recipients = facts.transaction.recipients;
  if (!verdict.refuses())
    for (auto const& mark : verdict.marks) {
      POSTERN_ASSERT(mark.recipient < recipients.size());
      recipients[mark.recipient].flag = mark.flag;
      recipients[mark.recipient].deliver_to = mark.deliver_to;
    }
  if (is_downgrade(policy, facts)) facts.connection.downgraded = true;
}

bool is_guess(Policy const& policy, ConnectionFacts const& connection, Verdict const& verdict) {
  auto const by = verdict.decided_by.builtin;
  bool const nobody_here = by == Builtin::directory || by == Builtin::relay;
  return verdict.refuses() && nobody_here && !relays_for(policy, connection);
}

void list_refused(TransactionFacts& transaction, std::uint32_t refused, bool guess) {
  if (refused <= (guess ? most_guesses_listed : most_refused_listed)) return;
  auto& recipients = transaction.recipients;
  POSTERN_ASSERT(!recipients.empty());
  auto const place = static_cast<std::int64_t>(recipients.size() - 1);
  auto& matches = transaction.matches;
  while (!matches.empty() && matches.back().recipient == place) matches.pop_back();
  recipients.pop_back();
  ++transaction.recipients_unlisted;
}

bool is_downgrade(Policy const& policy, Facts const& facts) {
  return facts.stage == Stage::rcpt && facts.connection.role != ListenerRole::submission &&
         !facts.over_tls() && expects_tls(policy.memory, policy.fallback, facts);
}

}  // namespace postern::policy

#include "whatif/replay/judge.hpp"

#include "policy/decide.hpp"
#include "policy/rules.hpp"
#include "wire/path.hpp"

namespace postern::whatif {

using policy::ClientCertificate;
using policy::Stage;
using policy::TlsState;
using policy::Untold;

void Judge::hear(Arrival const& arrival, policy::TlsMemory const& memory, std::string const& identity) {
  arrival_ = &arrival;
  auto const& tls = arrival.tls;
  all_known_ =
      tls.used == Answered::no || (tls.used == Answered::yes && !tls.version.empty() && tls.certificate);
  auto& connection = facts_.connection;
  auto& transaction = facts_.transaction;
  if (arrival.facts) {
    facts_ = *arrival.facts;
    connection.remembered = {};
    recipients_.clear();
    for (auto& recipient : transaction.recipients) {
      recipient.accepted = true;
      if (recipient.standing > policy::Standing::postmaster) recipient.standing = policy::Standing::mailbox;
      recipients_.push_back(std::move(recipient));
    }
  } else {
    connection = {};
    connection.client = arrival.client;
    connection.verified_name = arrival.client_name;
    connection.helo = arrival.helo;
    connection.started = arrival.at;
    transaction.started = arrival.at;
    transaction.mail.reverse_path.reset();
    if (wants_sender_ && !arrival.sender.empty())
      if (auto sender = wire::parse_mailbox(arrival.sender))
        transaction.mail.reverse_path = *std::move(sender);
    hear_recipients();
    set_untold();
    fill(Fill::worst);
  }
  connection.identity = identity;
  recall_client(memory, connection);
  recall_host(memory, connection);
}

void Judge::hear_recipients() {
  recipients_.clear();
  for (auto const& recipient : arrival_->recipients)
    if (auto address = wire::parse_mailbox(recipient)) {
      policy::RecipientFacts facts{*std::move(address), {}, {}, policy::Standing::mailbox, true, 250, {}};
      recipients_.push_back(std::move(facts));
    }
  if (!recipients_.empty()) return;
  static Domain const nowhere = *Domain::parse("unknown.invalid");  // RFC 2606: somebody, not told who
  recipients_.push_back({Address("unknown", nowhere), {}, {}, policy::Standing::mailbox, true, 250, {}});
}

void Judge::set_untold() {
  auto const bit = [](bool untold, Untold what) { return untold ? static_cast<unsigned>(what) : 0U; };
  facts_.untold = static_cast<std::uint8_t>(
      bit(!arrival_->has_sender, Untold::sender) | bit(arrival_->recipients.empty(), Untold::recipients) |
      bit(arrival_->helo.empty(), Untold::helo) | bit(true, Untold::size) | bit(true, Untold::tls_details) |
      bit(true, Untold::spf) | bit(true, Untold::other));
}

void Judge::fill(Fill how) {
  bool const best = how == Fill::best;
  auto const& seen = arrival_->tls;
  auto& tls = facts_.connection.tls;
  bool const used = seen.used == Answered::yes || (seen.used == Answered::unknown && best);
  tls.state = used ? TlsState::established : seen.failure.empty() ? TlsState::none : TlsState::failed;
  tls.requested = used || !seen.failure.empty();
  tls.failure = seen.failure;
  if (!seen.version.empty() || !used)
    tls.version = seen.version;
  else
    tls.version = best ? "TLSv1.3" : "";
  tls.client_certificate =
      seen.certificate.value_or(used && best ? ClientCertificate::trusted : ClientCertificate::none);
}

Judgement Judge::ask_at(Stage stage, Rule const& rule) {
  facts_.stage = stage;
  auto const verdict = policy::decide(rule.policy, facts_);
  if (verdict.refuses()) return Judgement::lost;
  return verdict.untold ? Judgement::unknown : Judgement::comes;
}

// Through the stages of a conversation, as the gate is asked.
Judgement Judge::ask(Rule const& rule, policy::DeferredMail& deferred) {
  auto worst = Judgement::comes;
  auto const hears = [&](Judgement judgement) {
    if (judgement == Judgement::unknown) worst = Judgement::unknown;
    return judgement == Judgement::lost;
  };
  facts_.transaction.recipients.clear();
  for (auto const stage : {Stage::connect, Stage::helo, Stage::mail})
    if (rule.policy.rules && rule.policy.rules->asks_at(stage) && hears(ask_at(stage, rule)))
      return Judgement::lost;
  facts_.stage = Stage::rcpt;
  bool lost = false;
  for (auto const& recipient : recipients_) {
    facts_.transaction.recipients.push_back(recipient);
    facts_.transaction.recipients.back().deferred_since = deferred.since(facts_);
    auto const verdict = policy::decide(rule.policy, facts_);
    if (all_known_) deferred.note(facts_, verdict);
    if (verdict.untold) worst = Judgement::unknown;
    lost = lost || verdict.refuses();
  }
  if (lost) return Judgement::lost;
  if (rule.policy.rules && rule.policy.rules->asks_at(Stage::content) && hears(ask_at(Stage::content, rule)))
    return Judgement::lost;
  return worst;
}

Judgement Judge::of(Rule const& rule, policy::DeferredMail& deferred) {
  auto const first = ask(rule, deferred);
  if (all_known_ || (first == Judgement::comes && !rule.policy.rules)) return first;  // whatever is not told
  fill(Fill::best);
  auto const second = ask(rule, deferred);
  fill(Fill::worst);
  return first == second ? first : Judgement::unknown;
}

}  // namespace postern::whatif

#include "whatif/replay/judge.hpp"

#include <initializer_list>

#include "policy/decide.hpp"
#include "policy/rules.hpp"
#include "wire/path.hpp"

namespace postern::whatif {
namespace {

using policy::ClientCertificate;
using policy::Stage;
using policy::TlsState;
using policy::UnknownFacts;

bool is_all_known(TlsSeen const& tls) {
  if (tls.used == Tristate::no) return true;
  return tls.used == Tristate::yes && !tls.version.empty() && tls.certificate;
}

TlsState state_of(bool used, TlsSeen const& seen) {
  if (used) return TlsState::established;
  return seen.failure.empty() ? TlsState::none : TlsState::failed;
}

enum class Assumed : std::uint8_t { worst, best };

// Fills in what was seen of its TLS, and for what is not known the one or the other.
void assume(Assumed how, TlsSeen const& seen, policy::TlsFacts& tls) {
  bool const best = how == Assumed::best;
  bool const used = seen.used == Tristate::yes || (seen.used == Tristate::unknown && best);
  tls.state = state_of(used, seen);
  tls.requested = used || !seen.failure.empty();
  tls.failure = seen.failure;
  tls.version = seen.version;
  if (tls.version.empty() && used && best) tls.version = "TLSv1.3";
  tls.client_certificate =
      seen.certificate.value_or(used && best ? ClientCertificate::trusted : ClientCertificate::none);
}

std::uint8_t unknown_facts(Reception const& reception) {
  unsigned bits = 0;
  auto const add = [&](bool is_unknown, UnknownFacts what) {
    if (is_unknown) bits |= static_cast<unsigned>(what);
  };
  add(!reception.has_sender, UnknownFacts::sender);
  add(reception.recipients.empty(), UnknownFacts::recipients);
  add(reception.helo.empty(), UnknownFacts::helo);
  for (auto const what : {UnknownFacts::size, UnknownFacts::tls_details, UnknownFacts::spf,
                          UnknownFacts::other, UnknownFacts::authentication})
    add(true, what);
  return static_cast<std::uint8_t>(bits);
}

policy::RecipientFacts mailbox_at(Address address) {
  return {std::move(address), {}, {}, policy::RecipientClass::mailbox, true, 250, {}};
}

std::vector<policy::RecipientFacts> recipients_of(Reception const& reception) {
  std::vector<policy::RecipientFacts> out;
  for (auto const& recipient : reception.recipients)
    if (auto address = wire::parse_mailbox(recipient)) out.push_back(mailbox_at(*std::move(address)));
  static Domain const nowhere = *Domain::parse("unknown.invalid");  // RFC 2606: somebody, not told who
  if (out.empty()) out.push_back(mailbox_at(Address("unknown", nowhere)));
  return out;
}

}  // namespace

Evaluation::Evaluation(Reception const& reception, policy::TlsMemory const& memory,
                       std::string const& identity, SenderAddress sender)
    : all_known_(is_all_known(reception.tls)) {
  if (reception.facts)
    take_facts(*reception.facts);
  else
    assume_facts(reception, sender);
  auto& connection = facts_.connection;
  if (!all_known_) {
    worst_ = connection.tls;
    best_ = connection.tls;
    assume(Assumed::best, reception.tls, best_);
  }
  connection.identity = identity;
  recall_client(memory, connection);
  recall_host(memory, connection);
}

// All is known: what was decided about the recipients is forgotten, so that the rule decides anew.
void Evaluation::take_facts(policy::Facts const& facts) {
  facts_ = facts;
  facts_.connection.remembered = {};
  recipients_ = std::move(facts_.transaction.recipients);
  for (auto& recipient : recipients_) {
    recipient.accepted = true;
    if (recipient.standing > policy::RecipientClass::postmaster)
      recipient.standing = policy::RecipientClass::mailbox;
  }
}

void Evaluation::assume_facts(Reception const& reception, SenderAddress sender) {
  auto& connection = facts_.connection;
  connection.client = reception.client;
  connection.verified_name = reception.client_name;
  connection.helo = reception.helo;
  connection.started = reception.at;
  facts_.transaction.started = reception.at;
  if (sender == SenderAddress::asked_for && !reception.sender.empty())
    if (auto address = wire::parse_mailbox(reception.sender))
      facts_.transaction.mail.reverse_path = *std::move(address);
  recipients_ = recipients_of(reception);
  facts_.unknown_facts = unknown_facts(reception);
  assume(Assumed::worst, reception.tls, connection.tls);
}

Judgement Evaluation::ask_at(Stage stage, Rule const& rule) {
  if (!rule.policy.rules || !rule.policy.rules->asks_at(stage)) return Judgement::delivered;
  facts_.stage = stage;
  auto const verdict = policy::decide(rule.policy, facts_);
  if (verdict.refuses()) return Judgement::lost;
  return verdict.unknown_facts ? Judgement::unknown : Judgement::delivered;
}

Judgement Evaluation::ask_before_recipients(Rule const& rule) {
  auto worst = Judgement::delivered;
  for (auto const stage : {Stage::connect, Stage::helo, Stage::mail}) {
    auto const judgement = ask_at(stage, rule);
    if (judgement == Judgement::lost) return judgement;
    if (judgement == Judgement::unknown) worst = judgement;
  }
  return worst;
}

Judgement Evaluation::ask_for_recipients(Rule const& rule, policy::DeferredMail& deferred) {
  facts_.stage = Stage::rcpt;
  bool lost = false, is_unknown = false;
  for (auto const& recipient : recipients_) {
    facts_.transaction.recipients.push_back(recipient);
    facts_.transaction.recipients.back().deferred_since = deferred.since(facts_);
    auto const verdict = policy::decide(rule.policy, facts_);
    if (all_known_) deferred.note(facts_, verdict);
    is_unknown = is_unknown || verdict.unknown_facts;
    lost = lost || verdict.refuses();
  }
  if (lost) return Judgement::lost;
  return is_unknown ? Judgement::unknown : Judgement::delivered;
}

// Through the stages of a conversation, as the gate is asked: one that refuses ends it.
Judgement Evaluation::ask(Rule const& rule, policy::DeferredMail& deferred) {
  facts_.transaction.recipients.clear();
  auto const before = ask_before_recipients(rule);
  if (before == Judgement::lost) return before;
  auto const recipients = ask_for_recipients(rule, deferred);
  if (recipients == Judgement::lost) return recipients;
  auto const content = ask_at(Stage::content, rule);
  if (content == Judgement::lost) return content;
  for (auto const judgement : {before, recipients, content})
    if (judgement == Judgement::unknown) return judgement;
  return Judgement::delivered;
}

Judgement Evaluation::by(Rule const& rule, policy::DeferredMail& deferred) {
  if (all_known_) return ask(rule, deferred);
  facts_.connection.tls = worst_;
  auto const at_worst = ask(rule, deferred);
  if (at_worst == Judgement::delivered && !rule.policy.rules) return at_worst;  // and all the more at best
  facts_.connection.tls = best_;
  auto const at_best = ask(rule, deferred);
  return at_worst == at_best ? at_worst : Judgement::unknown;
}

}  // namespace postern::whatif

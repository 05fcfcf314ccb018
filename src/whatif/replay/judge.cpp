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

std::size_t version_kind(std::string_view version) {
  constexpr std::size_t not_told = 5;
  if (version.empty()) return not_told;
  auto const number = policy::tls_version_number(version);
  return number < 10 ? 0 : static_cast<std::size_t>(number - 9);
}

// All that decide() sees of it, as a place in RulePast::by_tls.
std::size_t kind_of(TlsSeen const& tls) {
  auto kind = static_cast<std::size_t>(tls.used);
  kind = kind * 2 + (tls.failure.empty() ? 0 : 1);
  kind = kind * 6 + version_kind(tls.version);
  return kind * 7 + (tls.certificate ? static_cast<std::size_t>(*tls.certificate) + 1 : 0);
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
  for (auto const what :
       {UnknownFacts::size, UnknownFacts::tls_details, UnknownFacts::spf, UnknownFacts::other})
    add(true, what);
  return static_cast<std::uint8_t>(bits);
}

policy::RecipientFacts mailbox_at(Address address) {
  return {std::move(address), {}, {}, policy::RecipientClass::mailbox, true, 250, {}};
}

// RFC 2606: somebody, not told who.
Address const& somebody() {
  static Address const address("unknown", *Domain::parse("unknown.invalid"));
  return address;
}

}  // namespace

void Evaluation::begin(Reception const& reception, std::string const& identity, SenderAddress sender) {
  all_known_ = is_all_known(reception.tls);
  if (all_told_) facts_ = {};
  all_told_ = reception.facts != nullptr;
  tls_kind_.reset();
  if (!all_told_ && reception.recipients.empty()) tls_kind_ = kind_of(reception.tls);
  if (all_told_)
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
  connection.remembered = {};
  recall_client(memory_, connection);
  recall_host(memory_, connection);
}

// All is known: what was decided about the recipients is forgotten, so that the rule decides anew.
void Evaluation::take_facts(policy::Facts const& facts) {
  facts_ = facts;
  is_for_somebody_ = false;
  recipients_ = std::move(facts_.transaction.recipients);
  for (auto& recipient : recipients_) {
    recipient.accepted = true;
    if (recipient.standing > policy::RecipientClass::postmaster)
      recipient.standing = policy::RecipientClass::mailbox;
  }
}

void Evaluation::take_recipients(Reception const& reception) {
  if (reception.recipients.empty() && is_for_somebody_) return;
  is_for_somebody_ = reception.recipients.empty();
  recipients_.clear();
  for (auto const& recipient : reception.recipients)
    if (auto address = wire::parse_mailbox(recipient)) recipients_.push_back(mailbox_at(*std::move(address)));
  if (recipients_.empty()) recipients_.push_back(mailbox_at(somebody()));
}

void Evaluation::assume_facts(Reception const& reception, SenderAddress sender) {
  auto& connection = facts_.connection;
  connection.client = reception.client;
  connection.verified_name = reception.client_name;
  connection.helo = reception.helo;
  connection.started = reception.at;
  facts_.transaction.started = reception.at;
  facts_.transaction.mail.reverse_path.reset();
  if (sender == SenderAddress::asked_for && !reception.sender.empty())
    if (auto address = wire::parse_mailbox(reception.sender))
      facts_.transaction.mail.reverse_path = *std::move(address);
  take_recipients(reception);
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
  for (auto& recipient : recipients_) {
    facts_.transaction.recipients.push_back(std::move(recipient));
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
  auto const before = ask_before_recipients(rule);
  if (before == Judgement::lost) return before;
  auto const recipients = ask_for_recipients(rule, deferred);
  auto const content = recipients == Judgement::lost ? recipients : ask_at(Stage::content, rule);
  recipients_.swap(facts_.transaction.recipients);
  facts_.transaction.recipients.clear();
  if (content == Judgement::lost) return content;
  for (auto const judgement : {before, recipients, content})
    if (judgement == Judgement::unknown) return judgement;
  return Judgement::delivered;
}

Judgement Evaluation::by(Rule const& rule, RulePast& past) {
  if (!rule.asks_tls_alone || !tls_kind_) return by_worst_and_best(rule, past.deferred);
  auto& known = past.by_tls[*tls_kind_];
  if (!known) known = by_worst_and_best(rule, past.deferred);
  return *known;
}

Judgement Evaluation::by_worst_and_best(Rule const& rule, policy::DeferredMail& deferred) {
  if (all_known_) return ask(rule, deferred);
  facts_.connection.tls = worst_;
  auto const at_worst = ask(rule, deferred);
  if (at_worst == Judgement::delivered && !rule.policy.rules) return at_worst;  // and all the more at best
  facts_.connection.tls = best_;
  auto const at_best = ask(rule, deferred);
  return at_worst == at_best ? at_worst : Judgement::unknown;
}

}  // namespace postern::whatif

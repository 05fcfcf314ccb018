#include "session/external_mta_gate.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "net/wall_clock.hpp"
#include "policy/around_decide.hpp"
#include "session/session_log.hpp"

namespace postern::session {

using policy::Outcome;
using policy::Stage;

// What was asked at earlier stages was answered by the rules before, so it is asked again.
void ExternalMtaGate::take_config() {
  auto config = current_.get();
  if (config == config_) return;
  gatekeeper_.go_by(config->policy);
  config_ = std::move(config);
  asked_.reset();
}

void ExternalMtaGate::begin_connection(IpAddress const& client, std::uint16_t port) {
  end_connection();
  take_config();
  facts_ = {};
  queue_id_.clear();
  asked_.reset();
  auto& connection = facts_.connection;
  connection.started = net::wall_clock();
  connection.id = services_.connection_ids.next(connection.started);
  connection.listener = listener_;
  connection.role = policy::ListenerRole::beside;
  connection.greeting = policy::Greeting::ehlo;
  connection.client = client;
  connection.port = port;
  in_connection_ = true;
  recall();
}

void ExternalMtaGate::begin_transaction() {
  abandon_transaction();
  take_config();
  queue_id_.clear();
  facts_.transaction = {};
  refused_ = 0;
  facts_.transaction.started = net::wall_clock();
  ++facts_.connection.transactions;
  if (asked_) asked_ = std::min(*asked_, Stage::helo);
  in_transaction_ = true;
}

void ExternalMtaGate::on_client_name(std::string verified_name) {
  facts_.connection.verified_name = std::move(verified_name);
}

void ExternalMtaGate::on_helo(std::string_view name) { facts_.connection.helo = printable(name, 255); }

void ExternalMtaGate::on_login(std::string_view user) { facts_.connection.login = printable(user, 255); }

void ExternalMtaGate::on_tls(dialogue::BesideTls const& told) {
  facts_.connection.tls = dialogue::beside_tls(told);
}

void ExternalMtaGate::on_sender(std::string_view sender) { dialogue::set_sender(facts_.transaction, sender); }

void ExternalMtaGate::on_declared_size(std::uint64_t bytes) { facts_.transaction.mail.size = bytes; }

void ExternalMtaGate::on_queue_id(std::string_view id) { queue_id_ = printable(id, 64); }

bool ExternalMtaGate::on_recipient(std::string_view recipient) {
  return dialogue::add_recipient(facts_.transaction, recipient);
}

void ExternalMtaGate::on_size(std::uint64_t bytes) { facts_.transaction.size = bytes; }

void ExternalMtaGate::recall() {
  auto memory = services_.memory.access();
  policy::recall(memory->tls, memory->deferred, config_->policy, facts_);
}

net::Task<policy::Verdict> ExternalMtaGate::ask(Stage stage) {
  for (auto const earlier : {Stage::connect, Stage::helo, Stage::mail}) {
    if (earlier >= stage || (asked_ && *asked_ >= earlier)) continue;
    auto verdict = co_await ask_one(earlier);
    if (verdict.refuses()) {
      log_verdict(verdict);
      co_return verdict;
    }
  }
  auto verdict = co_await ask_one(stage);
  if (!stop_.stopped()) log_verdict(verdict);
  co_return verdict;
}

void ExternalMtaGate::log_verdict(policy::Verdict const& verdict) {
  auto const severity = verdict.effect == policy::Effect::accept ? Severity::debug : Severity::info;
  if (services_.log.takes(severity)) services_.log.write(verdict_event(severity, facts_, verdict, queue_id_));
}

net::Task<policy::Verdict> ExternalMtaGate::ask_one(Stage stage) {
  facts_.stage = stage;
  if (stage == Stage::mail) {
    if (gatekeeper_.checks_spf(facts_))
      sender_check_.begin(services_.dns_searches, loop_, facts_, config_->smtp.hostname);
    else
      sender_check_.forget();
    if (gatekeeper_.asks_for_spf()) {
      co_await sender_check_.wait(stop_);
      facts_.transaction.spf = sender_check_.result();
    }
  }
  if (stop_.stopped()) co_return policy::Verdict{};
  if (stage != Stage::connect) recall();  // the client was recalled when it connected
  auto verdict = gatekeeper_.ask(facts_);
  policy::note(config_->policy, verdict, facts_);
  if (!verdict.refuses() || stage == Stage::rcpt)
    asked_ = stage;  // a refusal holds when it is asked for again
  co_return verdict;
}

void ExternalMtaGate::recipient_answered(policy::Verdict const& verdict) {
  if (stop_.stopped()) return;  // nobody is answered any more
  POSTERN_ASSERT(!facts_.transaction.recipients.empty());
  auto& recipient = facts_.transaction.recipients.back();
  recipient.decided_by = verdict.decided_by;
  recipient.accepted = !verdict.refuses();
  recipient.code = recipient.accepted ? std::uint16_t{250} : verdict.reply.code;
  if (!recipient.accepted) policy::list_refused(facts_.transaction, ++refused_, false);
}

void ExternalMtaGate::end_transaction(Outcome outcome, std::uint16_t code, policy::DecidedBy decided_by) {
  if (!in_transaction_) return;
  in_transaction_ = false;
  auto& transaction = facts_.transaction;
  transaction.id = services_.spool.next_id();
  transaction.outcome = outcome;
  transaction.code = code;
  transaction.decided_by = std::move(decided_by);
  transaction.spf = sender_check_.result();
  if (outcome == Outcome::accepted) ++facts_.connection.messages;
  gatekeeper_.transaction_over(facts_.connection, std::move(transaction));
  transaction = {};
}

void ExternalMtaGate::end_transaction(policy::Verdict const& verdict) {
  if (stop_.stopped()) return abandon_transaction();
  if (!verdict.refuses()) return end_accepted();
  end_transaction(policy::outcome_of_refusal(verdict.reply.code), verdict.reply.code, verdict.decided_by);
}

void ExternalMtaGate::end_accepted() { end_transaction(Outcome::accepted, 250, {}); }

bool ExternalMtaGate::took_anybody() const {
  auto const& recipients = facts_.transaction.recipients;
  return std::any_of(recipients.begin(), recipients.end(), [](auto const& r) { return r.accepted; });
}

void ExternalMtaGate::abandon_transaction() {
  if (!in_transaction_) return;
  auto const& recipients = facts_.transaction.recipients;
  bool const answered = !recipients.empty() && recipients.back().code != 0;
  if (took_anybody() || !answered) return end_transaction(Outcome::aborted, 0, {});
  auto const last = recipients.back();
  end_transaction(policy::outcome_of_refusal(last.code), last.code, last.decided_by);
}

void ExternalMtaGate::end_connection() {
  if (!in_connection_) return;
  abandon_transaction();
  in_connection_ = false;
  facts_.connection.ended = net::wall_clock();
  facts_.connection.end = policy::ConnectionEnd::quit;
  gatekeeper_.connection_over(facts_.connection);
}

std::string refusal_text(policy::Verdict const& verdict, bool with_code) {
  auto const& reply = verdict.reply;
  std::string text = with_code ? std::to_string(reply.code) + " " : std::string();
  if (reply.status.present()) text += reply.status.print() + " ";
  return text + reply.text;
}

}  // namespace postern::session

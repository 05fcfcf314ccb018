#include "session/beside_gate.hpp"

#include <algorithm>

#include "net/wall_clock.hpp"

namespace postern::session {

using policy::Outcome;
using policy::Stage;

void BesideGate::begin_connection(IpAddress const& client, std::uint16_t port) {
  end_connection();
  facts_ = {};
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
  gatekeeper_.meet(connection);
}

void BesideGate::begin_transaction() {
  abandon_transaction();
  facts_.transaction = {};
  facts_.transaction.started = net::wall_clock();
  ++facts_.connection.transactions;
  if (asked_) asked_ = std::min(*asked_, Stage::helo);
  in_transaction_ = true;
}

net::Task<policy::Verdict> BesideGate::ask(Stage stage) {
  for (auto const earlier : {Stage::connect, Stage::helo, Stage::mail}) {
    if (earlier >= stage || (asked_ && *asked_ >= earlier)) continue;
    auto verdict = co_await ask_one(earlier);
    if (verdict.refuses()) co_return verdict;
  }
  co_return co_await ask_one(stage);
}

net::Task<policy::Verdict> BesideGate::ask_one(Stage stage) {
  facts_.stage = stage;
  if (stage == Stage::mail) {
    if (gatekeeper_.checks_spf(facts_))
      sender_check_.begin(services_.spf, services_.spf_workers, loop_, facts_);
    if (gatekeeper_.asks_for_spf()) {
      co_await sender_check_.wait();
      facts_.transaction.spf = sender_check_.result();
    }
  }
  auto verdict = gatekeeper_.ask(facts_);
  if (!verdict.refuses() || stage == Stage::rcpt)
    asked_ = stage;  // a refusal holds when it is asked for again
  co_return verdict;
}

void BesideGate::recipient_answered(policy::Verdict const& verdict) {
  auto& recipient = facts_.transaction.recipients.back();
  recipient.rule = verdict.rule;
  recipient.accepted = !verdict.refuses();
  recipient.code = recipient.accepted ? std::uint16_t{250} : verdict.reply.code;
}

void BesideGate::end_transaction(Outcome outcome, std::uint16_t code, std::string rule) {
  if (!in_transaction_) return;
  in_transaction_ = false;
  auto& transaction = facts_.transaction;
  transaction.id = services_.spool.next_id();
  transaction.outcome = outcome;
  transaction.code = code;
  transaction.rule = std::move(rule);
  transaction.spf = sender_check_.result();
  if (outcome == Outcome::accepted) ++facts_.connection.messages;
  gatekeeper_.transaction_over(facts_.connection, std::move(transaction));
  transaction = {};
}

void BesideGate::end_transaction(policy::Verdict const& verdict) {
  if (!verdict.refuses()) return end_accepted();
  end_transaction(verdict.effect == policy::Effect::defer ? Outcome::deferred : Outcome::refused,
                  verdict.reply.code, verdict.rule);
}

void BesideGate::end_accepted() { end_transaction(Outcome::accepted, 250, {}); }

bool BesideGate::took_anybody() const {
  auto const& recipients = facts_.transaction.recipients;
  return std::any_of(recipients.begin(), recipients.end(), [](auto const& r) { return r.accepted; });
}

void BesideGate::abandon_transaction() {
  if (!in_transaction_) return;
  if (took_anybody() || facts_.transaction.recipients.empty())
    return end_transaction(Outcome::aborted, 0, {});
  auto const last = facts_.transaction.recipients.back();
  end_transaction(last.code < 500 ? Outcome::deferred : Outcome::refused, last.code, last.rule);
}

void BesideGate::end_connection() {
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

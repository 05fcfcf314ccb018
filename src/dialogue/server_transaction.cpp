// MAIL and RCPT, the verdicts on them, and the end of a transaction.
#include <utility>

#include "base/assert.hpp"
#include "dialogue/server_dialogue.hpp"
#include "policy/around_decide.hpp"
#include "policy/returned_mail.hpp"
#include "wire/rcpt_command.hpp"

namespace postern::dialogue {

using policy::Outcome;
using policy::Stage;

Step ServerDialogue::on_mail(std::string_view argument) {
  auto mail = wire::parse_mail(argument);
  if (!mail) return bad_argument(mail.error());
  if (mail->requiretls && !facts_.over_tls())
    return bad(555, {5, 5, 4}, "REQUIRETLS is offered under TLS only");
  if (mail->reverse_path && mail->reverse_path->needs_smtputf8() && !mail->smtputf8)
    return bad(553, {5, 6, 7}, "The address needs SMTPUTF8");
  if (++idle_transactions_ > settings_->max_idle_commands / 2)
    return send_away("Too many transactions without mail");
  facts_.stage = Stage::mail;
  facts_.transaction = {};
  facts_.transaction.started = now_;
  facts_.transaction.mail = std::move(*mail);
  asked_ = 0;
  refused_ = 0;
  ++facts_.connection.transactions;
  if (facts_.transaction.mail.size.value_or(0) > settings_->max_message_size) {
    finish_transaction(Outcome::refused, 552, {.builtin = policy::Builtin::size});
    return say(552, {5, 3, 4},
               "Message too big: at most " + std::to_string(settings_->max_message_size) + " bytes");
  }
  return {std::nullopt, Then::ask_verdict};
}

Step ServerDialogue::on_rcpt(std::string_view argument) {
  auto rcpt = wire::parse_rcpt(argument);
  if (!rcpt) return bad_argument(rcpt.error());
  auto& transaction = facts_.transaction;
  if (rcpt->forward_path.needs_smtputf8() && !transaction.mail.smtputf8)
    return bad(553, {5, 6, 7}, "The address needs SMTPUTF8");
  if (asked_ >= settings_->max_recipients)
    return say(452, {4, 5, 3}, "Too many recipients");  // RFC 5321 section 4.5.3.1.10
  ++asked_;
  facts_.stage = Stage::rcpt;
  auto const original =
      policy::returned_to(*policy_, transaction.mail.reverse_path, rcpt->forward_path, now_);
  auto const standing =
      original ? policy::RecipientClass::alias : policy_->directory.standing(rcpt->forward_path);
  transaction.recipients.push_back({.address = std::move(rcpt->forward_path),
                                    .notify = rcpt->notify,
                                    .orcpt = std::move(rcpt->orcpt),
                                    .standing = standing,
                                    .deliver_to = original ? original->print() : std::string()});
  return {std::nullopt, Then::ask_verdict};
}

Step ServerDialogue::on_verdict(policy::Verdict const& verdict) {
  policy::note(*policy_, verdict, facts_);
  switch (facts_.stage) {
    case Stage::mail: return on_mail_verdict(verdict);
    case Stage::rcpt: return on_rcpt_verdict(verdict);
    case Stage::content:
      return verdict.refuses() ? refuse_transaction(verdict) : Step{std::nullopt, Then::store};
    case Stage::helo: return on_hello_verdict(verdict);
    case Stage::connect: return on_connect_verdict(verdict);
  }
  return {};
}

Step ServerDialogue::refuse_transaction(policy::Verdict const& verdict) {
  finish_transaction(policy::outcome_of_refusal(verdict.reply.code), verdict.reply.code, verdict.decided_by);
  return {verdict.reply, Then::read_line};
}

Step ServerDialogue::on_mail_verdict(policy::Verdict const& verdict) {
  if (verdict.refuses()) return refuse_transaction(verdict);
  state_ = State::mail;
  accepted_ = 0;
  return say(250, {2, 1, 0}, "Sender ok");
}

Step ServerDialogue::on_rcpt_verdict(policy::Verdict const& verdict) {
  POSTERN_ASSERT(!facts_.transaction.recipients.empty());
  auto& recipient = facts_.transaction.recipients.back();
  recipient.decided_by = verdict.decided_by;
  if (verdict.refuses()) {
    recipient.code = verdict.reply.code;
    return refuse_recipient(verdict);
  }
  recipient.accepted = true;
  recipient.code = 250;
  ++accepted_;
  state_ = State::rcpt;
  return say(250, {2, 1, 5}, "Recipient ok");
}

Step ServerDialogue::refuse_recipient(policy::Verdict const& verdict) {
  bool const guess = policy::is_guess(*policy_, facts_.connection, verdict);
  policy::list_refused(facts_.transaction, ++refused_, guess);
  if (guess && ++guesses_ > settings_->max_refused_recipients)
    return send_away("Too many recipients that do not exist here");
  return {verdict.reply, Then::read_line};
}

Step ServerDialogue::on_rset(std::string_view argument) {
  if (!argument.empty()) return bad(501, {5, 5, 4}, "RSET takes no argument");
  forget_transaction();
  return say(250, {2, 0, 0}, "Ok");
}

std::optional<policy::TransactionFacts> ServerDialogue::take_finished() {
  return std::exchange(finished_, std::nullopt);
}

void ServerDialogue::finish_transaction(Outcome outcome, std::uint16_t code, policy::DecidedBy decided_by) {
  auto& transaction = facts_.transaction;
  transaction.outcome = outcome;
  transaction.code = code;
  transaction.decided_by = std::move(decided_by);
  finished_ = std::move(transaction);
  transaction = {};
  content_.reset();
  if (state_ > State::greeted) state_ = State::greeted;
}

// Ends an open transaction without a message.
void ServerDialogue::forget_transaction() {
  if (!in_transaction()) return;
  auto const& recipients = facts_.transaction.recipients;
  if (recipients.empty() || accepted_ > 0) return finish_transaction(Outcome::aborted, 0, {});
  auto const& last = recipients.back();  // nobody was taken: it was our refusal that ended it
  finish_transaction(policy::outcome_of_refusal(last.code), last.code, last.decided_by);
}

}  // namespace postern::dialogue

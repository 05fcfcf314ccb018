#include "dialogue/client_transaction.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace postern::dialogue {

using wire::Reply;

namespace {

// RFC 5321 section 4.5.3.1.10: more recipients than the server takes at once; 552 is what old servers say.
bool too_many(Reply const& reply) {
  return (reply.code == 452 || reply.code == 552) &&
         (!reply.status.present() || (reply.status.subject == 5 && reply.status.detail == 3));
}

Reply out_of_order(Reply const& reply) {
  return Reply::failure(false, 5, 0, "out of order: " + reply.one_line());
}

// A 3xx reply where a decision is due decides nothing: the recipient is tried again.
Reply decision(Reply const& reply) { return reply.intermediate() ? out_of_order(reply) : reply; }

}  // namespace

void ClientTransaction::open(std::size_t most) {
  batch_.clear();
  accepted_.clear();
  for (std::size_t i = 0; i < replies_.size() && batch_.size() < most; ++i)
    if (!replies_[i]) batch_.push_back(i);
  next_ = 0;
  sent_ = Place::start;
  answered_ = batch_.empty() ? Place::end : Place::start;
  chunk_failure_.reset();
}

bool ClientTransaction::hopeless() const {
  return accepted_.empty() && std::all_of(batch_.begin(), batch_.end(),
                                          [this](auto recipient) { return replies_[recipient].has_value(); });
}

void ClientTransaction::on_mail_sent() {
  POSTERN_ASSERT(sent_ == Place::start && !batch_.empty());
  sent_ = Place::mail;
}

std::size_t ClientTransaction::on_recipient_sent() {
  POSTERN_ASSERT(sent_ == Place::mail && next_ < batch_.size());
  auto const recipient = batch_[next_++];
  if (next_ == batch_.size()) sent_ = Place::recipients;
  return recipient;
}

void ClientTransaction::on_data_sent() {
  POSTERN_ASSERT(sent_ == Place::recipients);
  sent_ = Place::data;
}

void ClientTransaction::on_content_begun() {
  POSTERN_ASSERT(content_due() && !accepted_.empty());
  sent_ = Place::content;
}

void ClientTransaction::on_content_sent() {
  POSTERN_ASSERT(content_due() && !accepted_.empty());
  sent_ = Place::end;
}

void ClientTransaction::on_content_abandoned() {
  POSTERN_ASSERT(content_due() && chunk_failed());
  sent_ = Place::end;
  answer_accepted(*chunk_failure_);
}

void ClientTransaction::on_mail_reply(Reply const& reply) {
  POSTERN_ASSERT(sent_ >= Place::mail && answered_ == Place::start);
  answered_ = Place::mail;
  if (reply.positive()) return;
  for (auto recipient : batch_) answer(recipient, decision(reply));
}

void ClientTransaction::on_recipient_reply(Reply const& reply, std::size_t recipient) {
  POSTERN_ASSERT(answered_ == Place::mail);
  if (recipient == batch_.back()) answered_ = Place::recipients;
  // Where MAIL was refused, a pipelined RCPT is refused too: it says the same in other words.
  if (replies_[recipient]) return;
  if (reply.positive())
    accepted_.push_back(recipient);
  else if (accepted_.empty() || !too_many(reply))
    answer(recipient, decision(reply));
}

void ClientTransaction::on_go_ahead() {
  POSTERN_ASSERT(answered_ == Place::recipients && !accepted_.empty());
  answered_ = Place::data;
}

// "250" where "354" is due: nothing has been sent, so nothing has been delivered.
void ClientTransaction::on_data_refused(Reply const& reply) {
  answer_accepted(reply.positive() ? out_of_order(reply) : reply);
}

void ClientTransaction::on_chunk_reply(Reply const& reply) {
  if (!chunk_failure_ && !reply.positive()) chunk_failure_ = decision(reply);
}

void ClientTransaction::on_last_chunk_reply(Reply const& reply) {
  on_chunk_reply(reply);
  answer_accepted(chunk_failure_ ? *chunk_failure_ : reply);
}

void ClientTransaction::on_content_reply(Reply const& reply) { answer_accepted(decision(reply)); }

void ClientTransaction::on_content_reply_for(Reply const& reply, std::size_t recipient) {
  answer(recipient, decision(reply));
  std::erase(accepted_, recipient);
}

bool ClientTransaction::close() {
  answered_ = Place::end;
  return std::any_of(batch_.begin(), batch_.end(),
                     [this](auto recipient) { return replies_[recipient].has_value(); });
}

bool ClientTransaction::all_answered() const {
  return std::all_of(replies_.begin(), replies_.end(), [](auto const& reply) { return reply.has_value(); });
}

void ClientTransaction::answer_rest(Reply const& reply) {
  for (std::size_t i = 0; i < replies_.size(); ++i)
    if (!replies_[i]) answer(i, reply);
}

void ClientTransaction::answer(std::size_t recipient, Reply const& reply) {
  POSTERN_ASSERT(recipient < replies_.size() && !replies_[recipient]);
  replies_[recipient] = reply;
}

void ClientTransaction::answer_accepted(Reply const& reply) {
  for (auto recipient : accepted_) answer(recipient, reply);
  accepted_.clear();
}

}  // namespace postern::dialogue

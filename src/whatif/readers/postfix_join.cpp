#include "whatif/readers/postfix_join.hpp"

namespace postern::whatif {
namespace {

constexpr auto longest_wait = std::chrono::hours(1);  // for what is still to be told of a message
constexpr std::size_t most_waiting = 200'000;
constexpr std::size_t open_sessions_limit = 500'000;
constexpr auto longest_wait_for_verdict = std::chrono::minutes(5);
constexpr std::uint64_t messages_before_the_first_verdict = 1000;

}  // namespace

std::uint32_t PostfixJoin::free_session(Instant at) {
  if (free_sessions_.empty() &&
      sessions_.size() >= open_sessions_limit) {  // a log that never says disconnect
    for (std::uint32_t i = 0; i < sessions_.size(); ++i)
      if (sessions_[i].in_use && sessions_[i].open) close_session(i, at, {});
    for (std::uint32_t i = 0; i < messages_.size(); ++i) drop(i);
  }
  if (free_sessions_.empty()) {
    sessions_.emplace_back();
    return static_cast<std::uint32_t>(sessions_.size() - 1);
  }
  auto const index = free_sessions_.back();
  free_sessions_.pop_back();
  sessions_[index] = Session();
  return index;
}

PostfixJoin::Session& PostfixJoin::open(std::uint64_t key, Instant at) {
  if (auto const old = by_process_.find(key); old != by_process_.end()) close_session(old->second, at, {});
  auto const index = free_session(at);
  auto& session = sessions_[index];
  session.index = index;
  session.key = key;
  session.in_use = true;
  session.started = at;
  by_process_[key] = index;
  return session;
}

PostfixJoin::Session* PostfixJoin::find(std::uint64_t key) {
  auto const found = by_process_.find(key);
  return found == by_process_.end() ? nullptr : &sessions_[found->second];
}

PostfixJoin::Session& PostfixJoin::at(std::uint64_t key, Instant at) {
  auto* found = find(key);
  return found != nullptr ? *found : open(key, at);
}

PostfixJoin::Message& PostfixJoin::begin_message(std::uint64_t key, Session& session, Instant at) {
  drop_message(key);
  if (session.messages.size() >= most_listed) {  // a session that does not end: what it has so far is told
    ready_ = session.messages;
    ++session.waiting;
    for (auto const message : ready_) drop(message);
    --session.waiting;
  }
  if (due_.size() >= most_waiting) expire(at);
  std::uint32_t index = 0;
  if (free_messages_.empty()) {
    index = static_cast<std::uint32_t>(messages_.size());
    messages_.emplace_back();
  } else {
    index = free_messages_.back();
    free_messages_.pop_back();
  }
  auto& message = messages_[index];
  auto const turn = message.turn;
  message = Message();
  message.turn = turn;
  message.in_use = true;
  message.key = key;
  message.session = session.index;
  message.at = at;
  by_queue_id_[key] = index;
  ++session.waiting;
  session.messages.push_back(index);
  due_.push_back({at, index, turn});
  ++begun_;
  if (expects_verdicts()) verdicts_due_.push_back({at, index, turn});
  return message;
}

PostfixJoin::Message* PostfixJoin::message(std::uint64_t key) {
  auto const found = by_queue_id_.find(key);
  return found == by_queue_id_.end() ? nullptr : &messages_[found->second];
}

// At the beginning of a log it is not known yet whether filters write into it.
bool PostfixJoin::expects_verdicts() const {
  return verdicts_.are_told() || begun_ <= messages_before_the_first_verdict;
}

Wanted PostfixJoin::verdict_on(Message const& message) const {
  if (message.wanted != Wanted::unknown) return message.wanted;
  return verdicts_.of(message.at, message.queue_key, message.message_key);
}

bool PostfixJoin::is_complete(Message const& message) const {
  if (!message.accepted || message.recipients_due > 0) return false;
  return message.is_past_verdicts || !expects_verdicts() || verdict_on(message) != Wanted::unknown;
}

void PostfixJoin::give_if_complete(std::uint64_t key) {
  auto const found = by_queue_id_.find(key);
  if (found == by_queue_id_.end()) return;
  auto const& message = messages_[found->second];
  if (!sessions_[message.session].open && is_complete(message)) drop(found->second);
}

void PostfixJoin::drop_message(std::uint64_t key) {
  if (auto const found = by_queue_id_.find(key); found != by_queue_id_.end()) drop(found->second);
}

Reception PostfixJoin::reception_of(Session const& session) const {
  Reception reception;
  reception.origin = session.is_of_users() ? Origin::authenticated : session.origin;
  reception.client = session.client;
  reception.has_client = session.has_client;
  reception.client_name = session.name;
  reception.helo = session.helo;
  if (!session.via_front) reception.tls = session.tls;
  return reception;
}

// When the log has nothing about TLS of a session that it has from the beginning, the reception is held back.
void PostfixJoin::pass_on(Session const& session, Reception&& reception) {
  bool const is_silent = reception.tls.used == Tristate::unknown && session.whole && !session.via_front;
  if (is_silent)
    silence_.give(std::move(reception), session.service);
  else
    sink_.take(std::move(reception));
}

void PostfixJoin::give(Message& message, Reception::Kind kind) {
  message.told = true;
  auto const& session = sessions_[message.session];
  auto reception = reception_of(session);
  reception.kind = kind;
  if (message.has_own_client) {
    reception.client = message.client;
    reception.client_name = std::move(message.client_name);
  }
  if (message.authenticated) reception.origin = Origin::authenticated;
  if (message.put_back) {
    ++put_back_;
    if (reception.origin == Origin::outside && !reception.client.is_loopback())
      reception.origin = Origin::local;
  } else if (session.via_front && reception.origin == Origin::outside) {
    ++via_front_;
  }
  reception.at = message.at;
  reception.wanted = verdict_on(message);
  reception.has_sender = true;
  reception.sender = std::move(message.sender);
  reception.recipients = std::move(message.recipients);
  pass_on(session, std::move(reception));
}

// Gives the message if it was accepted, and forgets it.
void PostfixJoin::drop(std::uint32_t index, Reception::Kind kind) {
  auto& message = messages_[index];
  if (!message.in_use) return;
  if (message.accepted && !message.told) give(message, kind);
  message.in_use = false;
  ++message.turn;
  if (auto const found = by_queue_id_.find(message.key);
      found != by_queue_id_.end() && found->second == index)
    by_queue_id_.erase(found);
  auto& session = sessions_[message.session];
  --session.waiting;
  std::erase(session.messages, index);
  free_messages_.push_back(index);
  free_if_idle(message.session);
}

void PostfixJoin::free_if_idle(std::uint32_t index) {
  auto& session = sessions_[index];
  if (!session.in_use || session.open || session.waiting > 0) return;
  session.in_use = false;
  free_sessions_.push_back(index);
}

void PostfixJoin::expire(Instant now) {
  while (!verdicts_due_.empty() && (verdicts_due_.size() >= most_waiting ||
                                    now - verdicts_due_.front().at > longest_wait_for_verdict)) {
    auto const due = verdicts_due_.front();
    verdicts_due_.pop_front();
    auto& message = messages_[due.message];
    if (message.turn != due.turn) continue;
    message.is_past_verdicts = true;
    if (!sessions_[message.session].open && is_complete(message)) drop(due.message);
  }
  while (!due_.empty() && (due_.size() >= most_waiting || now - due_.front().at > longest_wait)) {
    auto const due = due_.front();
    due_.pop_front();
    if (messages_[due.message].turn == due.turn) drop(due.message);
  }
}

void PostfixJoin::end(Instant at) {
  for (std::uint32_t i = 0; i < sessions_.size(); ++i)
    if (sessions_[i].in_use && sessions_[i].open) close_session(i, at, {});
  for (std::uint32_t i = 0; i < messages_.size(); ++i) drop(i);
  silence_.end();
}

}  // namespace postern::whatif

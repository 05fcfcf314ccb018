#include "whatif/readers/postfix_join.hpp"

#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr auto longest_wait = std::chrono::hours(1);  // for what is still to be told of a message
constexpr std::size_t most_waiting = 200'000;
constexpr std::size_t open_sessions_limit = 500'000;

}  // namespace

PostfixCounter postfix_counter(std::string_view counters, std::string_view name) {
  PostfixCounter out;
  auto const at = counters.find(name);
  if (at == std::string_view::npos) return out;
  auto value = counters.substr(at + name.size());
  value = value.substr(0, value.find(' '));
  out.told = true;
  out.good = number_in(value);
  auto const slash = value.find('/');
  out.tried = slash == std::string_view::npos ? out.good : number_in(value.substr(slash + 1));
  return out;
}

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

void PostfixJoin::begin_message(std::uint64_t queue_id, Session& session, Instant at, bool authenticated) {
  drop_message(queue_id);
  if (session.messages.size() >= most_listed) {  // a session that does not end: what it has so far is told
    ready_ = session.messages;
    ++session.waiting;
    for (auto const message : ready_) drop(message);
    --session.waiting;
  }
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
  message.key = queue_id;
  message.session = session.index;
  message.at = at;
  message.authenticated = authenticated;
  by_queue_id_[queue_id] = index;
  ++session.waiting;
  session.messages.push_back(index);
  due_.push_back({at, index, message.turn});
  if (due_.size() > most_waiting) expire(at);
}

PostfixJoin::Message* PostfixJoin::message(std::uint64_t queue_id) {
  auto const found = by_queue_id_.find(queue_id);
  return found == by_queue_id_.end() ? nullptr : &messages_[found->second];
}

void PostfixJoin::give_if_complete(std::uint64_t queue_id) {
  auto const found = by_queue_id_.find(queue_id);
  if (found == by_queue_id_.end()) return;
  auto const& message = messages_[found->second];
  if (!sessions_[message.session].open && message.accepted && message.recipients_due == 0)
    drop(found->second);
}

void PostfixJoin::drop_message(std::uint64_t queue_id) {
  if (auto const found = by_queue_id_.find(queue_id); found != by_queue_id_.end()) drop(found->second);
}

Reception PostfixJoin::reception_of(Session const& session) const {
  Reception reception;
  reception.origin = session.origin;
  reception.client = session.client;
  reception.has_client = session.has_client;
  reception.client_name = session.name;
  reception.helo = session.helo;
  reception.tls = session.tls;
  return reception;
}

// When the log has nothing about TLS of a session that it has from the beginning, the reception is held back.
void PostfixJoin::pass_on(Session const& session, Reception&& reception) {
  if (reception.tls.used == Tristate::unknown && session.whole)
    silence_.give(std::move(reception));
  else
    sink_.take(std::move(reception));
}

void PostfixJoin::give(Message& message, Reception::Kind kind) {
  message.told = true;
  auto const& session = sessions_[message.session];
  auto reception = reception_of(session);
  reception.kind = kind;
  if (message.authenticated) reception.origin = Origin::authenticated;
  reception.at = message.at;
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

void PostfixJoin::close(std::uint64_t key, Instant at, std::string_view counters) {
  if (auto const found = by_process_.find(key); found != by_process_.end())
    close_session(found->second, at, counters);
  expire(at);
}

void PostfixJoin::close_session(std::uint32_t index, Instant at, std::string_view counters) {
  auto& session = sessions_[index];
  if (!session.open) return;
  session.open = false;
  if (auto const found = by_process_.find(session.key); found != by_process_.end() && found->second == index)
    by_process_.erase(found);
  if (session.tls.used != Tristate::yes) read_counters(session, counters);
  give_refusals(index, at);
  give_messages(index, at);
  free_if_idle(index);
}

// What "ehlo=1 starttls=0/1 mail=1 commands=3" tells of a session that has shown no TLS so far.
void PostfixJoin::read_counters(Session& session, std::string_view counters) {
  bool const counted = counters.rfind(" commands=") != std::string_view::npos;  // it is the last of them
  auto const starttls = postfix_counter(counters, " starttls=");
  if (session.tls.used == Tristate::unknown) {
    if (starttls.good > 0)
      session.tls.used = Tristate::yes;
    else if (counted || !session.tls.failure.empty())
      session.tls.used = Tristate::no;
  }
  if (starttls.told && starttls.good == 0) session.tls_failed({});
  auto const mail = postfix_counter(counters, " mail=");
  if (counted && session.tls.used == Tristate::no && mail.told && mail.good == 0 &&
      session.refusals.empty() && postfix_counter(counters, " ehlo=").good > 0)
    session.refusals.push_back({.code = 530, .for_want_of_tls = true});  // all that `encrypt` leaves in a log
}

// Those that are complete; the last of them tells of the session, too.
void PostfixJoin::give_messages(std::uint32_t index, Instant at) {
  auto& session = sessions_[index];
  ++session.waiting;  // keeps it in use
  ready_.clear();
  for (auto const message : session.messages)
    if (messages_[message].accepted && messages_[message].recipients_due == 0) ready_.push_back(message);
  for (auto const message : ready_) {
    bool const tells_of_session = message == ready_.back() && !messages_[message].authenticated;
    drop(message, tells_of_session ? Reception::Kind::lone_message : Reception::Kind::message);
  }
  if (session.has_client && ready_.empty()) {
    auto reception = reception_of(session);
    reception.kind = Reception::Kind::session;
    reception.at = at;
    pass_on(session, std::move(reception));
  }
  --session.waiting;
}

void PostfixJoin::give_refusals(std::uint32_t index, Instant at) {
  auto const& session = sessions_[index];
  if (!session.has_client) return;
  auto const accepted_from = [&](std::string const& sender) {
    for (auto const message : session.messages)
      if (messages_[message].accepted && messages_[message].sender == sender) return true;
    return false;
  };
  for (auto const& refusal : session.refusals) {
    if (!refusal.sender.empty() && accepted_from(refusal.sender)) continue;  // for another recipient
    auto reception = reception_of(session);
    reception.at = at;
    reception.outcome = refusal_outcome(refusal.code);
    reception.code = refusal.code;
    reception.for_want_of_tls = refusal.for_want_of_tls;
    reception.has_sender = !(refusal.sender.empty() && refusal.recipient.empty());
    reception.sender = refusal.sender;
    if (!refusal.recipient.empty()) reception.recipients.push_back(refusal.recipient);
    pass_on(session, std::move(reception));
  }
}

void PostfixJoin::expire(Instant now) {
  while (!due_.empty() && (due_.size() > most_waiting || now - due_.front().at > longest_wait)) {
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

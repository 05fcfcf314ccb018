// A spool whose faults are chosen, and a ledger of what it has answered, for store/spool_suite.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "store/spool.hpp"
#include "support/example_policy.hpp"

namespace postern::tests {

// A spool that can be opened, opened again after the power went, and whose faults are counted. One is open at
// a time.
class SpoolRig {
 public:
  virtual ~SpoolRig() = default;

  virtual void start_over() = 0;                          // an empty spool on a good disk
  virtual std::unique_ptr<store::Spool> open() = 0;       // on what is there; null: it cannot be opened
  virtual bool wait_until_tidy(store::Spool& spool) = 0;  // what idle moments are for is done; false: a fault
  virtual void wait_until_idle(store::Spool& spool) = 0;  // what it writes in idle moments is written
  virtual void lose_power() = 0;                          // once the spool is closed

  virtual void fail_at(std::uint64_t call, store::SpoolError error, std::uint64_t more) = 0;
  virtual void fail_for_ever_at(std::uint64_t call) = 0;
  virtual void heal() = 0;
  virtual std::uint64_t calls() const = 0;
  virtual std::uint64_t failures() const = 0;
};

// Does what a script says, and remembers what was answered.
class SpoolLedger {
 public:
  explicit SpoolLedger(SpoolRig& rig) : rig_(rig) {}

  void open() {
    spool_ = rig_.open();
    ASSERT_TRUE(spool_);
  }

  // When the disk fails while the spool closes, what had been refused may be found again: the records against
  // it could not be written.
  void close() {
    auto const before = rig_.failures();
    spool_.reset();
    if (rig_.failures() > before)
      for (auto& [id, message] : messages_)
        if (message.fate == Fate::refused) message.fate = Fate::open;
    for (auto const& answer : answers_) EXPECT_EQ(answer->calls.load(), 1) << "answers to one question";
  }

  // The last piece goes with the envelope, the others before it.
  MessageId accept(std::vector<std::string> const& pieces) {
    auto const id = spool_->next_id();
    auto& message = messages_[id];
    for (auto const& piece : pieces) message.content += piece;
    bool good = true;
    for (std::size_t i = 0; i + 1 < pieces.size() && good; ++i) good = chunk(id, pieces[i]);
    if (good) good = wait(begin_accept(id, pieces.back())).has_value();
    if (!good) spool_->abandon(id);
    message.fate = good ? Fate::there : Fate::refused;
    EXPECT_EQ(spool_->envelope(id).has_value(), good);
    return id;
  }

  // A message that comes in pieces: what else happens may come between them.
  MessageId begin() {
    auto const id = spool_->next_id();
    messages_[id].fate = Fate::refused;  // until it is accepted
    return id;
  }
  void add_piece(MessageId id, std::string const& piece) {
    if (given_up_.contains(id)) return;
    messages_[id].content += piece;
    if (!chunk(id, piece)) give_up(id);
  }
  void end(MessageId id, std::string const& piece) {
    if (given_up_.contains(id)) return;
    messages_[id].content += piece;
    if (!wait(begin_accept(id, piece))) return give_up(id);
    messages_[id].fate = Fate::there;
    EXPECT_TRUE(spool_->envelope(id));
  }
  void pause() { rig_.wait_until_idle(*spool_); }

  // Everything about one message is asked for before anything is answered.
  MessageId accept_hold_and_move_at_once(std::string const& first, std::string const& rest) {
    auto const id = spool_->next_id();
    auto& message = messages_[id];
    message.content = first + rest;
    auto const chunk = ask([&](auto done) { spool_->add_chunk(id, first, done); });
    auto const accepted = begin_accept(id, rest);
    auto const held = ask([&](auto done) { spool_->hold(id, true, done); });
    auto const moved = ask([&](auto done) { spool_->move(id, "lmtp:here", done); });
    static_cast<void>(wait(chunk));
    bool const good = wait(accepted).has_value();
    message.fate = good ? Fate::there : Fate::refused;
    note(message.held, true, wait(held).has_value());
    note(message.routes, std::string("lmtp:here"), wait(moved).has_value());
    if (!good) spool_->abandon(id);
    return id;
  }

  void begin_and_abandon(std::string const& piece) {
    auto const id = spool_->next_id();
    messages_[id].fate = Fate::refused;
    static_cast<void>(chunk(id, piece));
    spool_->abandon(id);
  }

  void hold(MessageId id, bool held) {
    auto const before = spool_->envelope(id);
    auto const outcome = wait(ask([&](auto done) { spool_->hold(id, held, done); }));
    auto const after = spool_->envelope(id);
    expect_known(before.has_value(), outcome);
    ASSERT_EQ(before.has_value(), after.has_value());
    if (!before) return;
    EXPECT_EQ(after->held, outcome ? held : before->held);
    note(messages_[id].held, held, outcome.has_value());
  }

  void move(MessageId id, std::string const& route) {
    auto const before = spool_->envelope(id);
    auto const outcome = wait(ask([&](auto done) { spool_->move(id, route, done); }));
    auto const after = spool_->envelope(id);
    expect_known(before.has_value(), outcome);
    ASSERT_EQ(before.has_value(), after.has_value());
    if (!before) return;
    EXPECT_EQ(after->route, outcome ? route : before->route);
    note(messages_[id].routes, route, outcome.has_value());
  }

  void remove(MessageId id) {
    bool const before = spool_->envelope(id).has_value();
    auto const outcome = wait(ask([&](auto done) { spool_->remove(id, done); }));
    expect_known(before, outcome);
    EXPECT_EQ(spool_->envelope(id).has_value(), before && !outcome);
    if (before) messages_[id].fate = outcome ? Fate::removed : Fate::open;
  }

  void deliver_first(MessageId id) { spool_->settle(id, {delivered(0)}); }
  void deliver_all(MessageId id) {  // a crash may forget it
    spool_->settle(id, {delivered(0), delivered(1)});
    EXPECT_FALSE(spool_->envelope(id));
    if (messages_[id].fate == Fate::there) messages_[id].fate = Fate::open;
  }

  bool wait_until_tidy() { return rig_.wait_until_tidy(*spool_); }

  // What the spool has, message by message.
  std::map<MessageId, std::string> seen() const {
    std::map<MessageId, std::string> all;
    store::for_each_id(*spool_, [&](MessageId id) {
      if (auto const envelope = spool_->envelope(id)) all[id] = wire::encode(*envelope) + read(id);
    });
    return all;
  }

  void compare() const {
    for (auto const& [id, message] : messages_) {
      auto const envelope = spool_->envelope(id);
      if (message.fate == Fate::there) EXPECT_TRUE(envelope) << id.print() << " was accepted, and is lost";
      if (message.fate == Fate::refused) EXPECT_FALSE(envelope) << id.print() << " was refused, and is there";
      if (message.fate == Fate::removed) EXPECT_FALSE(envelope) << id.print() << " was removed, and is there";
      if (!envelope) continue;
      EXPECT_TRUE(read(id) == message.content) << id.print() << " is not whole";
      EXPECT_TRUE(message.held.contains(envelope->held)) << id.print() << " held: " << envelope->held;
      EXPECT_TRUE(message.routes.contains(envelope->route)) << id.print() << " goes by " << envelope->route;
    }
    store::for_each_id(*spool_, [&](MessageId id) {
      EXPECT_TRUE(messages_.contains(id)) << id.print() << " comes from nowhere";
    });
  }

 private:
  using Outcome = Result<void, store::SpoolError>;
  // open: a change that was refused or may be forgotten, so that either is right.
  enum class Fate { there, refused, removed, open };
  struct Message {
    std::string content;
    Fate fate = Fate::refused;
    std::set<bool> held{false};  // what is right
    std::set<std::string> routes{""};
  };
  struct Answer {
    std::atomic<int> calls{0};
    std::promise<Outcome> first;
  };
  using AnswerPtr = std::shared_ptr<Answer>;

  template <class Ask>
  AnswerPtr ask(Ask question) {
    auto const answer = answers_.emplace_back(std::make_shared<Answer>());
    question(store::Spool::Done([answer](Outcome outcome) {
      if (++answer->calls == 1) answer->first.set_value(outcome);
    }));
    return answer;
  }

  void give_up(MessageId id) {
    spool_->abandon(id);
    given_up_.insert(id);
  }

  static Outcome wait(AnswerPtr const& answer) {
    auto future = answer->first.get_future();
    if (future.wait_for(std::chrono::minutes(1)) == std::future_status::ready) return future.get();
    ADD_FAILURE() << "a question was never answered";
    return fail(store::SpoolError::broken);
  }

  bool chunk(MessageId id, std::string const& piece) {
    return wait(ask([&](auto done) { spool_->add_chunk(id, piece, done); })).has_value();
  }

  AnswerPtr begin_accept(MessageId id, std::string const& piece) {
    wire::Envelope envelope;
    envelope.reverse_path = address("sender@far.example");
    envelope.arrived = from_micros(1000);
    for (auto const* recipient : {"a@example.org", "b@example.org"})
      envelope.recipients.push_back({address(recipient), {}, {}, {}, {}, 0, {}, {}});
    return ask([&](auto done) { spool_->accept(id, piece, envelope, done); });
  }

  static wire::Settlement delivered(std::uint32_t recipient) {
    return {recipient, wire::RecipientState::delivered, 1, {}, "250 ok"};
  }

  // A message that is not there is said to be missing, and no other one is. The disk may have refused either.
  static void expect_known(bool known, Outcome const& outcome) {
    if (known && !outcome) EXPECT_NE(outcome.error(), store::SpoolError::missing);
    if (!known) EXPECT_FALSE(outcome);
  }

  template <class T>
  static void note(std::set<T>& right, T const& value, bool good) {
    if (good) right.clear();
    right.insert(value);
  }

  std::string read(MessageId id) const {
    std::string content;
    for (std::size_t i = 0;; ++i) {
      auto const piece = spool_->read_chunk(id, i);
      if (!piece) return "unreadable";
      if (!*piece) return content;
      content += **piece;
    }
  }

  SpoolRig& rig_;
  std::unique_ptr<store::Spool> spool_;
  std::map<MessageId, Message> messages_;
  std::set<MessageId> given_up_;  // messages that came in pieces, one of which was refused
  std::vector<AnswerPtr> answers_;
};

}  // namespace postern::tests

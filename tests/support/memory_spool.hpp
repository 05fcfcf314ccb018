// A spool in memory that keeps the promise of store/spool.hpp and no more: a message is safe once accept()
// has said so; what became of recipients is in effect at once, and is forgotten by a power cut unless sync()
// came first. Thread: one; callbacks come at once.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "store/spool.hpp"

namespace postern::tests {

class MemorySpool : public store::Spool {
 public:
  explicit MemorySpool(Clock const& clock) : clock_(clock) {}

  void sync() {
    for (auto const& [id, settlements] : unsynced_) apply(disk_, id, settlements);
    unsynced_.clear();
  }
  void cut_power() { powered_ = false; }  // nothing is taken any more
  void restore_power() {
    unsynced_.clear();
    messages_ = disk_;
    powered_ = true;
  }
  void refuse(bool refuses) { refuses_ = refuses; }  // the disk is full

  MessageId next_id() override {
    auto const now = static_cast<std::uint64_t>(to_micros(clock_.now()));
    last_ = std::max(last_ + 1, now);
    return {last_};
  }
  void add_chunk(MessageId id, std::string bytes, Done done) override {
    arriving_[id] += bytes;
    done(answer());
  }
  void accept(MessageId id, std::string last_chunk, wire::Envelope const& envelope, Done done) override {
    auto content = std::exchange(arriving_[id], {}) + last_chunk;
    arriving_.erase(id);
    if (!answer()) return done(answer());
    messages_[id] = disk_[id] = {envelope, std::move(content)};
    done(answer());
    if (on_accepted_) on_accepted_({id});
  }
  Result<std::optional<std::string>, store::SpoolError> read_incoming(MessageId id,
                                                                      std::size_t index) const override {
    auto const found = arriving_.find(id);
    if (found == arriving_.end() || index > 0) return std::optional<std::string>();
    return std::optional(found->second);
  }
  void abandon(MessageId id) override { arriving_.erase(id); }
  void settle(MessageId id, std::vector<wire::Settlement> settlements) override {
    if (!powered_) return;
    apply(messages_, id, settlements);
    unsynced_.emplace_back(id, std::move(settlements));
  }
  void hold(MessageId id, bool held, Done done) override {
    change(id, std::move(done), [&](wire::Envelope& envelope) { envelope.held = held; });
  }
  void remove(MessageId id, Done done) override {
    change(id, std::move(done), [](wire::Envelope&) {});
    if (!answer()) return;
    messages_.erase(id);
    disk_.erase(id);
  }
  void move(MessageId id, std::string route, Done done) override {
    change(id, std::move(done), [&](wire::Envelope& envelope) { envelope.route = route; });
  }
  std::optional<wire::Envelope> envelope(MessageId id) const override {
    auto const found = messages_.find(id);
    if (found == messages_.end()) return std::nullopt;
    recipients_read_ += found->second.envelope.recipients.size();
    return found->second.envelope;
  }
  std::optional<wire::Envelope> envelope_for(MessageId id,
                                             std::vector<std::uint32_t> const& recipients) const override {
    auto const found = messages_.find(id);
    if (found == messages_.end()) return std::nullopt;
    auto const& all = found->second.envelope.recipients;
    auto some = found->second.envelope;
    some.recipients.clear();
    for (auto const index : recipients) some.recipients.push_back(all.at(index));
    recipients_read_ += recipients.size();
    return some;
  }
  std::uint64_t recipients_read() const { return recipients_read_; }  // handed out, so far
  std::vector<MessageId> list(MessageId after, std::size_t limit) const override {
    std::vector<MessageId> ids;
    for (auto at = messages_.upper_bound(after); at != messages_.end() && ids.size() < limit; ++at)
      ids.push_back(at->first);
    return ids;
  }
  Result<std::optional<std::string>, store::SpoolError> read_chunk(MessageId id,
                                                                   std::size_t index) const override {
    auto const found = messages_.find(id);
    if (found == messages_.end() || index > 0) return std::optional<std::string>();
    return std::optional(found->second.content);
  }
  store::SpoolSummary summary() const override {
    store::SpoolSummary summary;
    summary.messages = messages_.size();
    return summary;
  }
  void on_accepted(OnAccepted callback) override { on_accepted_ = std::move(callback); }

 private:
  struct Message {
    wire::Envelope envelope;
    std::string content;
  };
  using Messages = std::map<MessageId, Message>;

  Result<void, store::SpoolError> answer() const {
    if (!powered_ || refuses_) return fail(store::SpoolError::full);
    return {};
  }
  template <class Change>
  void change(MessageId id, Done done, Change const& make) {
    if (!messages_.contains(id)) return done(fail(store::SpoolError::missing));
    if (answer()) {
      make(messages_[id].envelope);
      make(disk_[id].envelope);
    }
    done(answer());
  }
  static void apply(Messages& messages, MessageId id, std::vector<wire::Settlement> const& settlements) {
    auto const found = messages.find(id);
    if (found == messages.end()) return;
    auto& envelope = found->second.envelope;
    for (auto const& settlement : settlements) {
      auto& recipient = envelope.recipients.at(settlement.recipient);
      recipient.state = settlement.state;
      recipient.attempts = settlement.attempts;
      recipient.due = settlement.due;
      recipient.last_reply = settlement.reply;
    }
    if (envelope.settled()) messages.erase(found);
  }

  Clock const& clock_;
  Messages messages_;
  Messages disk_;
  std::vector<std::pair<MessageId, std::vector<wire::Settlement>>> unsynced_;
  std::map<MessageId, std::string> arriving_;
  OnAccepted on_accepted_;
  std::uint64_t last_ = 0;
  mutable std::uint64_t recipients_read_ = 0;
  bool powered_ = true;
  bool refuses_ = false;
};

}  // namespace postern::tests

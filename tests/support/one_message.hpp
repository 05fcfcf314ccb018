// A spool with a single message, and an attempt to deliver it.
#pragma once

#include <string>
#include <vector>

#include "delivery/destination.hpp"
#include "store/spool.hpp"
#include "support/example_policy.hpp"

namespace postern::tests {

class OneMessage : public store::Spool {
 public:
  explicit OneMessage(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  MessageId next_id() override { return {2}; }
  void add_chunk(MessageId, std::string, Done) override {}
  void accept(MessageId, std::string, wire::Envelope const&, Done) override {}
  Result<std::optional<std::string>, store::SpoolError> read_incoming(MessageId, std::size_t) const override {
    return std::nullopt;
  }
  void abandon(MessageId) override {}
  void settle(MessageId, std::vector<wire::Settlement>) override {}
  void hold(MessageId, bool, Done) override {}
  void remove(MessageId, Done) override {}
  void move(MessageId, std::string, Done) override {}
  std::optional<wire::Envelope> envelope(MessageId) const override { return std::nullopt; }
  std::optional<wire::Envelope> envelope_for(MessageId, std::vector<std::uint32_t> const&) const override {
    return std::nullopt;
  }
  std::vector<MessageId> list(MessageId, std::size_t) const override { return {}; }
  Result<std::optional<std::string>, store::SpoolError> read_chunk(MessageId,
                                                                   std::size_t index) const override {
    return index < pieces_.size() ? std::optional(pieces_[index]) : std::nullopt;
  }
  store::SpoolSummary summary() const override { return {}; }
  void on_accepted(OnAccepted) override {}

 private:
  std::vector<std::string> pieces_;
};

inline delivery::Attempt attempt_for(std::string_view recipient) {
  delivery::Attempt attempt{MessageId{1'795'474'834'000'000}, {}, {0}};
  attempt.envelope.reverse_path = address("s@far.example");
  attempt.envelope.recipients.push_back({address(recipient), {}, {}, {}, {}, 0, {}, {}});
  return attempt;
}

}  // namespace postern::tests

#include "wire/encoded_envelope.hpp"

#include <utility>

#include "wire/binary.hpp"

namespace postern::wire {
namespace {

bool still_waits(RecipientState state) { return state == RecipientState::waiting; }

}  // namespace

EncodedEnvelope::EncodedEnvelope(Envelope const& envelope) : head_(encode_head(envelope)) {
  recipients_.reserve(envelope.recipients.size());
  for (auto const& recipient : envelope.recipients) {
    recipients_.push_back(encode_recipient(recipient));
    if (still_waits(recipient.state)) ++waiting_;
  }
}

std::optional<EncodedEnvelope> EncodedEnvelope::parse(std::string_view bytes) {
  auto const envelope = decode_envelope(bytes);
  if (!envelope) return std::nullopt;
  return EncodedEnvelope(*envelope);
}

std::string EncodedEnvelope::bytes() const {
  std::string all = head_;
  BinaryWriter(all).put(static_cast<std::uint32_t>(recipients_.size()));
  for (auto const& recipient : recipients_) all += recipient;
  return all;
}

std::optional<Envelope> EncodedEnvelope::decode_head() const {
  std::string alone = head_;
  BinaryWriter(alone).put(std::uint32_t{0});
  return decode_envelope(alone);
}

std::optional<Envelope> EncodedEnvelope::decode() const {
  auto envelope = decode_head();
  if (!envelope) return std::nullopt;
  envelope->recipients.reserve(recipients_.size());
  for (auto const& bytes : recipients_) {
    auto recipient = decode_recipient(bytes);
    if (!recipient) return std::nullopt;
    envelope->recipients.push_back(std::move(*recipient));
  }
  return envelope;
}

std::optional<Envelope> EncodedEnvelope::decode(std::vector<std::uint32_t> const& recipients) const {
  auto envelope = decode_head();
  if (!envelope) return std::nullopt;
  envelope->recipients.reserve(recipients.size());
  for (auto const index : recipients) {
    if (index >= recipients_.size()) return std::nullopt;
    auto recipient = decode_recipient(recipients_[index]);
    if (!recipient) return std::nullopt;
    envelope->recipients.push_back(std::move(*recipient));
  }
  return envelope;
}

void EncodedEnvelope::settle(Settlement const& settlement) {
  if (settlement.recipient >= recipients_.size()) return;
  auto& bytes = recipients_[settlement.recipient];
  auto recipient = decode_recipient(bytes);
  if (!recipient) return;
  if (still_waits(recipient->state)) --waiting_;
  if (still_waits(settlement.state)) ++waiting_;
  recipient->state = settlement.state;
  recipient->attempts = settlement.attempts;
  recipient->due = settlement.due;
  recipient->last_reply = settlement.reply;
  bytes = encode_recipient(*recipient);
}

template <class Change>
void EncodedEnvelope::change_head(Change change) {
  auto envelope = decode_head();
  if (!envelope) return;
  change(*envelope);
  head_ = encode_head(*envelope);
}

void EncodedEnvelope::hold(bool held) {
  change_head([held](Envelope& envelope) { envelope.held = held; });
}

void EncodedEnvelope::move(std::string_view route) {
  change_head([route](Envelope& envelope) { envelope.route = route; });
}

}  // namespace postern::wire

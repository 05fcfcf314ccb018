#include "wire/encoded_envelope.hpp"

#include <gtest/gtest.h>

#include "wire/path.hpp"

namespace postern::wire {
namespace {

Envelope envelope_for_many(std::size_t count) {
  Envelope envelope;
  envelope.arrived = from_micros(1000);
  envelope.reverse_path = *parse_mailbox("s@far.example");
  envelope.route = "smtp:a.example:25";
  envelope.flags = "rule; reason";
  for (std::size_t i = 0; i < count; ++i)
    envelope.recipients.push_back(
        {.address = *parse_mailbox("r" + std::to_string(i) + "@d.example"), .due = from_micros(5)});
  return envelope;
}

Settlement settled(std::uint32_t recipient, RecipientState state) {
  return {recipient, state, 3, from_micros(77), "451 later"};
}

TEST(EncodedEnvelope, HasTheSameBytesAsTheWhole) {
  for (std::size_t const count : {0, 1, 5}) {
    auto const whole = envelope_for_many(count);
    EncodedEnvelope const encoded(whole);
    EXPECT_EQ(encoded.bytes(), encode(whole));
    auto const parsed = EncodedEnvelope::parse(encoded.bytes());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->size(), count);
    EXPECT_EQ(parsed->bytes(), encode(whole));
    EXPECT_EQ(encode(*parsed->decode()), encode(whole));
  }
  EXPECT_FALSE(EncodedEnvelope::parse("no envelope"));
}

TEST(EncodedEnvelope, GivesSomeRecipientsInTheOrderAskedFor) {
  EncodedEnvelope const encoded(envelope_for_many(5));
  auto const some = encoded.decode({3, 1});
  ASSERT_TRUE(some);
  ASSERT_EQ(some->recipients.size(), 2U);
  EXPECT_EQ(some->recipients[0].address.print(), "r3@d.example");
  EXPECT_EQ(some->recipients[1].address.print(), "r1@d.example");
  EXPECT_EQ(some->route, "smtp:a.example:25");
  EXPECT_EQ(some->sender(), "s@far.example");
  EXPECT_FALSE(encoded.decode({5}));
}

TEST(EncodedEnvelope, IsSettledWhenNobodyWaitsAnyMore) {
  EncodedEnvelope encoded(envelope_for_many(2));
  encoded.settle(settled(0, RecipientState::delivered));
  encoded.settle(settled(0, RecipientState::delivered));
  encoded.settle(settled(1, RecipientState::waiting));
  encoded.settle(settled(9, RecipientState::delivered));
  EXPECT_FALSE(encoded.settled());
  auto const envelope = encoded.decode();
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->recipients[0].state, RecipientState::delivered);
  EXPECT_EQ(envelope->recipients[1].attempts, 3U);
  EXPECT_EQ(envelope->recipients[1].due, from_micros(77));
  EXPECT_EQ(envelope->recipients[1].last_reply, "451 later");
  encoded.settle(settled(1, RecipientState::failed));
  EXPECT_TRUE(encoded.settled());
  EXPECT_TRUE(EncodedEnvelope::parse(encoded.bytes())->settled());
}

TEST(EncodedEnvelope, IsHeldAndMoved) {
  EncodedEnvelope encoded(envelope_for_many(2));
  encoded.hold(true);
  encoded.move("discard");
  auto const envelope = encoded.decode();
  EXPECT_TRUE(envelope->held);
  EXPECT_EQ(envelope->route, "discard");
  EXPECT_EQ(envelope->recipients.size(), 2U);
}

TEST(EncodedEnvelope, CostsWhatIsAskedOfItAndNotWhatItHas) {
  EncodedEnvelope encoded(envelope_for_many(1000));
  auto const before = recipients_coded();
  encoded.settle(settled(7, RecipientState::delivered));
  EXPECT_TRUE(encoded.decode({1, 2, 3}));
  encoded.hold(true);
  EXPECT_FALSE(encoded.settled());
  EXPECT_EQ(recipients_coded() - before, 5U) << "one is read and written, three are read";
}

TEST(Envelope, KeepsTheFieldsThatGoOnTop) {
  auto envelope = envelope_for_many(1);
  auto const without = encode(envelope);
  EXPECT_EQ(without[0], 3) << "earlier versions can read it";
  envelope.top = "Authentication-Results: mx.example.org;\n\tspf=pass\n";
  auto const decoded = decode_envelope(encode(envelope));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->top, envelope.top);
  EXPECT_EQ(decoded->recipients.size(), 1U);
  EXPECT_EQ(decoded->top_fields("\r\n"),
            "X-Postern-Flag: rule; reason\r\nAuthentication-Results: mx.example.org;\r\n\tspf=pass\r\n");
}

TEST(Envelope, KeepsThatItWasWrittenHereBesideTheFieldsThatGoOnTop) {
  for (bool const submitted : {false, true})
    for (std::string const top : {"", "Authentication-Results: mx.example.org; none\n"}) {
      auto envelope = envelope_for_many(2);
      envelope.submitted = submitted;
      envelope.top = top;
      EncodedEnvelope encoded(envelope);
      encoded.hold(true);
      encoded.move("discard");
      auto const decoded = EncodedEnvelope::parse(encoded.bytes())->decode();
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->submitted, submitted);
      EXPECT_EQ(decoded->top, top);
      EXPECT_EQ(decoded->route, "discard");
      EXPECT_EQ(decoded->recipients.size(), 2U);
    }
}

TEST(Envelope, OfALaterFormatIsToldFromADamagedOne) {
  auto bytes = encode(envelope_for_many(1));
  EXPECT_FALSE(is_of_newer_format(bytes));
  bytes[0] = 5;
  EXPECT_TRUE(is_of_newer_format(bytes));
  EXPECT_FALSE(is_of_newer_format(""));
}

TEST(SegmentHeader, OfAnotherFormatIsToldFromADamagedOne) {
  auto const ours = encode(SegmentHeader{7, 12345});
  EXPECT_FALSE(is_of_other_format(ours));
  for (std::size_t bit = 0; bit < 8 * ours.size(); ++bit) {
    auto damaged = ours;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(decode_segment_header(damaged)) << bit;
    EXPECT_FALSE(is_of_other_format(damaged)) << bit;
  }
  EXPECT_TRUE(is_of_other_format("POSTERN2" + std::string(24, 'x')));
  EXPECT_FALSE(is_of_other_format("POSTER"));
  EXPECT_FALSE(is_of_other_format("something else entirely, and longer"));
}

}  // namespace
}  // namespace postern::wire

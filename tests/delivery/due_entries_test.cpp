#include "delivery/due_entries.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"

namespace postern::delivery {
namespace {

using tests::address;

Route mx(wire::QueuedRecipient const& recipient) {
  MxRoute route;
  route.domain = recipient.address.host();
  return route;
}

void add(wire::Envelope& envelope, std::string_view to, Instant due) {
  envelope.recipients.push_back({address(to), {}, {}, {}, {}, 0, due, {}});
}

TEST(DueEntries, AreOneForEachDestinationOfRecipientsThatAreDue) {
  wire::Envelope envelope;
  add(envelope, "a@one.example", from_micros(5));
  add(envelope, "b@two.example", from_micros(5));
  add(envelope, "c@one.example", from_micros(5));
  add(envelope, "d@one.example", from_micros(50));  // not yet
  add(envelope, "e@two.example", from_micros(5));   // delivered already
  envelope.recipients[1].notify = *wire::Notify::parse("DELAY");
  envelope.recipients[4].state = wire::RecipientState::delivered;
  auto const entries = due_entries({7}, envelope, from_micros(10), mx);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(print(entries[0].route), "mx:one.example");
  EXPECT_EQ(entries[0].entry.id, MessageId{7});
  EXPECT_EQ(entries[0].entry.recipients, (std::vector<std::uint32_t>{0, 2}));
  EXPECT_FALSE(entries[0].entry.wants_delay_notice);
  EXPECT_EQ(entries[1].entry.recipients, (std::vector<std::uint32_t>{1}));
  EXPECT_TRUE(entries[1].entry.wants_delay_notice);
}

TEST(DueEntries, SayWhenTheNextRecipientIsDue) {
  wire::Envelope envelope;
  EXPECT_EQ(next_due(envelope), Instant::max());
  add(envelope, "a@one.example", from_micros(50));
  add(envelope, "b@one.example", from_micros(5));
  EXPECT_EQ(next_due(envelope), from_micros(5));
  envelope.recipients[1].state = wire::RecipientState::failed;
  EXPECT_EQ(next_due(envelope), from_micros(50));
}

}  // namespace
}  // namespace postern::delivery

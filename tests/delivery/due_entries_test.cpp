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

TEST(DueEntries, AreOneForEachDestinationOfChosenRecipients) {
  wire::Envelope envelope;
  for (auto const* to : {"a@one.example", "b@two.example", "c@one.example", "d@one.example", "e@two.example"})
    add(envelope, to, {});
  envelope.recipients[1].notify = *wire::Notify::parse("DELAY");
  auto const entries = entries_for({7}, envelope, {0, 1, 2}, mx);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(print(entries[0].route), "mx:one.example");
  EXPECT_EQ(entries[0].entry.id, MessageId{7});
  EXPECT_EQ(entries[0].entry.recipients, (std::vector<std::uint32_t>{0, 2}));
  EXPECT_FALSE(entries[0].entry.wants_delay_notice);
  EXPECT_EQ(entries[1].entry.recipients, (std::vector<std::uint32_t>{1}));
  EXPECT_TRUE(entries[1].entry.wants_delay_notice);
  EXPECT_TRUE(entries_for({7}, envelope, {}, mx).empty());
}

}  // namespace
}  // namespace postern::delivery

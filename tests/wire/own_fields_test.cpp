#include "wire/own_fields.hpp"

#include <gtest/gtest.h>

#include "wire/milter_packet.hpp"

namespace postern::wire {
namespace {

TEST(OwnFieldCounts, CountsEachNameWhateverItsCase) {
  OwnFieldCounts counts;
  for (auto const* name : {"X-Postern-Flag", "Subject", "x-postern-a", "X-POSTERN-FLAG", "X-Postern-Flag \t",
                           "X-Poster", "", "AX-Postern-Flag"})
    counts.add(name);
  ASSERT_EQ(counts.fields().size(), 2U);
  EXPECT_EQ(counts.fields()[0].name, "x-postern-a");
  EXPECT_EQ(counts.fields()[0].count, 1U);
  EXPECT_EQ(counts.fields()[1].name, "x-postern-flag");
  EXPECT_EQ(counts.fields()[1].count, 3U);
  counts.clear();
  EXPECT_TRUE(counts.fields().empty());
}

TEST(OwnFieldCounts, IsBounded) {
  OwnFieldCounts counts;
  for (int i = 0; i < 20'000; ++i) counts.add("X-Postern-" + std::to_string(i % 100));
  std::size_t all = 0;
  for (auto const& field : counts.fields()) all += field.count;
  EXPECT_EQ(all, 10'000U);
}

TEST(OwnFields, AreTakenOutOfAMilterMessageByTheirIndex) {
  EXPECT_EQ(print_milter_removal("X-A", 2), std::string("\0\0\0\x0Am\0\0\0\2X-A\0\0", 14));
}

}  // namespace
}  // namespace postern::wire

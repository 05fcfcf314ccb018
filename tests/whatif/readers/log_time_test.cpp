// Times as logs write them.
#include "whatif/readers/log_time.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(LogTime, YearsFollowFromTheReferenceAndGoOnOverNewYear) {
  LogClock clock(from_micros(seconds_of(2026, 1, 20, 0, 0, 0) * 1'000'000), {});
  for (auto const& [text, expected] :
       {std::pair<std::string_view, std::string_view>{"Dec 30 23:59:59 x", "2025-12-30T23:59:59.000Z"},
        {"Dec 31 23:59:59 x", "2025-12-31T23:59:59.000Z"},
        {"Jan  1 00:00:01 x", "2026-01-01T00:00:01.000Z"},
        {"Dec 31 23:59:58 x", "2025-12-31T23:59:58.000Z"},  // a late line
        {"Jan 19 08:00:00 x", "2026-01-19T08:00:00.000Z"}}) {
    auto rest = text;
    auto const at = clock.take_rfc3164(rest);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(print_iso8601(*at), expected);
    EXPECT_EQ(rest, " x");
  }
}

TEST(LogTime, IsoTimesWithAndWithoutFractionAndZone) {
  LogClock clock(reference, std::chrono::hours(2));
  for (auto const& [text, expected] : {std::pair<std::string_view, std::string_view>{
                                           "2026-11-23T14:47:30.123456+01:00", "2026-11-23T13:47:30.123Z"},
                                       {"2026-11-23T14:47:30Z", "2026-11-23T14:47:30.000Z"},
                                       {"2026-11-23 14:47:30.5 -0130", "2026-11-23T16:17:30.500Z"},
                                       {"2026-11-23 14:47:30", "2026-11-23T12:47:30.000Z"}}) {
    auto rest = text;
    auto const at = clock.take_iso(rest);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(print_iso8601(*at), expected) << text;
    EXPECT_TRUE(rest.empty()) << rest;
  }
}

TEST(LogTime, AWrittenYearIsTakenAndNoTimeIsNone) {
  LogClock clock(reference, {});
  std::string_view dated = "Nov 23 2020 14:47:30 x";
  EXPECT_EQ(print_iso8601(*clock.take_rfc3164(dated)), "2020-11-23T14:47:30.000Z");
  EXPECT_EQ(dated, " x");
  for (std::string_view const text : {"", "Nov", "Foo 23 14:47:30", "Nov 32 14:47:30", "Nov 23 24:47:30",
                                      "Nov 23 14:47", "2026-13-23T14:47:30", "2026-11-23 14-47-30"}) {
    auto rest = text;
    EXPECT_FALSE(clock.take_rfc3164(rest)) << text;
    EXPECT_FALSE(clock.take_iso(rest)) << text;
    EXPECT_EQ(rest, text);
  }
}

TEST(LogTime, TheTimeOfTheLineBeforeIsTakenAsItIs) {
  LogClock clock(reference, {});
  std::string_view first = "Nov 23 14:47:30 a", again = "Nov 23 14:47:30 b", later = "Nov 23 14:47:31 c";
  EXPECT_FALSE(clock.take_repeated(first));
  auto const at = clock.take_rfc3164(first);
  EXPECT_EQ(clock.take_repeated(again), at);
  EXPECT_EQ(again, "b");
  EXPECT_FALSE(clock.take_repeated(later));
}

}  // namespace
}  // namespace postern::tests

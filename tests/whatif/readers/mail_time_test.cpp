// When a stored message came, and what is believed of it.
#include "whatif/readers/mail_time.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

constexpr Duration a_day = std::chrono::hours(24);

ReceivedHop hop_at(std::optional<Instant> at) {
  ReceivedHop hop;
  hop.at = at;
  return hop;
}

TEST(MailTime, IsTheBordersOwnWhenAnotherTimeAgrees) {
  auto const time =
      time_of_mail({hop_at(reference)}, 0, {.date = reference - a_day, .mailbox_changed = reference});
  EXPECT_EQ(time.at, reference);
  EXPECT_TRUE(time.certain);
  EXPECT_FALSE(time_of_mail({hop_at(reference)}, 0, {.mailbox_changed = reference}).certain);
}

TEST(MailTime, ThatCannotBeReadIsOfTheHopAboveOrOfItsPlace) {
  EXPECT_EQ(time_of_mail({hop_at(reference), hop_at({}), hop_at(reference - 9 * a_day)}, 1, {}).at,
            reference);
  EXPECT_EQ(time_of_mail({hop_at({})}, 0, {.date = reference, .filed = reference + a_day}).at,
            reference + a_day);
  EXPECT_EQ(time_of_mail({hop_at({})}, 0, {.date = reference}).at, reference);
  EXPECT_FALSE(time_of_mail({hop_at({})}, 0, {}).at);
  EXPECT_FALSE(time_of_mail({hop_at(Instant())}, 0, {}).at);  // 1970
}

TEST(MailTime, IsNotBelievedAgainstThatOfItsPlace) {
  EXPECT_EQ(time_of_mail({hop_at(reference + 900 * a_day)}, 0, {.filed = reference}).at, reference);
  auto const ahead = time_of_mail({hop_at(reference + 900 * a_day)}, 0,
                                  {.date = reference + 900 * a_day, .mailbox_changed = reference});
  EXPECT_TRUE(ahead.after_mailbox);
  EXPECT_FALSE(ahead.certain);
}

TEST(MailTime, OfAFromLine) {
  auto const midnight = reference;
  for (std::string_view const line :
       {"From a@x.example Tue Nov 24 00:00:00 2026", "From 17@xxx Tue Nov 24 01:00:00 +0100 2026",
        "From - Tue Nov 24 00:00:00 2026\r", "From a b c d e f g h Tue Nov 24 00:00:00 2026"})
    EXPECT_EQ(time_of_from_line(line), midnight) << line;
  for (std::string_view const line :
       {"From a@x.example", "From ", "From here 10:30 on", "From a Tue Nov 24 00:00"})
    EXPECT_FALSE(time_of_from_line(line)) << line;
}

}  // namespace
}  // namespace postern::tests

// Senders of forwarded mail: rewritten, and read back by nobody but us.
#include "auth/srs.hpp"

#include <gtest/gtest.h>

#include "wire/path.hpp"

namespace postern::tests {
namespace {

using auth::Srs;
using auth::SrsError;

constexpr Instant srs_today{std::chrono::hours(24 * 20'000)};
Domain const srs_us = *Domain::parse("our.example");

Address mailbox(std::string_view text) { return *wire::parse_mailbox(text); }
Srs with_secret(std::string secret) { return Srs({std::move(secret)}); }

TEST(Srs, GivesBackTheSenderThatItHasRewritten) {
  auto const srs = with_secret("a secret of ours");
  for (auto const* text : {"a@far.example", "a.b+c=d@far.example", "\"a b\"@far.example", "A@FAR.example"}) {
    auto const sender = mailbox(text);
    auto const rewritten = srs.rewritten(sender, srs_us, srs_today);
    ASSERT_TRUE(rewritten) << text;
    EXPECT_EQ(rewritten->host(), "our.example");
    EXPECT_LE(rewritten->local_part().size(), Srs::longest_local_part);
    auto const original = srs.original(mailbox(rewritten->print()), srs_today);
    ASSERT_TRUE(original) << rewritten->print();
    EXPECT_TRUE(same_mailbox(*original, sender)) << original->print();
  }
}

TEST(Srs, ReadsAnAddressWhoseCaseWasChangedOnTheWay) {
  auto const srs = with_secret("a secret of ours");
  auto local = srs.rewritten(mailbox("a@far.example"), srs_us, srs_today)->local_part();
  for (auto& c : local)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  EXPECT_TRUE(srs.original(Address(local, srs_us), srs_today));
}

TEST(Srs, BelievesNoAddressThatAnybodyHasChanged) {
  auto const srs = with_secret("a secret of ours");
  auto const local = srs.rewritten(mailbox("a@far.example"), srs_us, srs_today)->local_part();
  for (std::size_t at = 5; at < local.size(); ++at) {
    auto changed = local;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(srs.original(Address(changed, srs_us), srs_today)) << changed;
    EXPECT_FALSE(srs.original(Address(local.substr(0, at), srs_us), srs_today));
  }
  auto const others =
      with_secret("a secret of others").rewritten(mailbox("a@far.example"), srs_us, srs_today);
  EXPECT_EQ(srs.original(*others, srs_today).error(), SrsError::forged);
  EXPECT_EQ(srs.original(mailbox("alice@our.example"), srs_today).error(), SrsError::other);
}

TEST(Srs, KnowsAnAddressForThreeWeeks) {
  auto const srs = with_secret("a secret of ours");
  auto const rewritten = *srs.rewritten(mailbox("a@far.example"), srs_us, srs_today);
  EXPECT_TRUE(srs.original(rewritten, srs_today + std::chrono::hours(24 * Srs::valid_days)));
  auto const late = srs.original(rewritten, srs_today + std::chrono::hours(24 * (Srs::valid_days + 1)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error(), SrsError::too_old);
  EXPECT_FALSE(srs.original(rewritten, srs_today - std::chrono::hours(48))) << "it is from the future";
}

TEST(Srs, AcceptsWhatAnEarlierSecretHasMade) {
  auto const rewritten =
      *with_secret("the secret before").rewritten(mailbox("a@far.example"), srs_us, srs_today);
  Srs const both({"the secret of today", "the secret before"});
  EXPECT_TRUE(both.original(rewritten, srs_today));
  EXPECT_NE(both.rewritten(mailbox("a@far.example"), srs_us, srs_today)->local_part(),
            rewritten.local_part());
}

TEST(Srs, SendsWhatComesBackToTheFirstWhoHasRewritten) {
  auto const srs = with_secret("a secret of ours");
  for (auto const* text :
       {"SRS0=abcd=ef=far.example=a@first.example", "SRS0+abcd=ef=far.example=a@first.example"}) {
    auto const again = srs.rewritten(mailbox(text), srs_us, srs_today);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->local_part().starts_with("SRS1="));
    auto const original = srs.original(*again, srs_today);
    ASSERT_TRUE(original) << again->print();
    EXPECT_EQ(original->print(), text);
    // A third one takes the second out of the way.
    Srs const third({"a secret of a third"});
    auto const once_more = third.rewritten(*again, *Domain::parse("third.example"), srs_today);
    ASSERT_TRUE(once_more);
    EXPECT_EQ(third.original(*once_more, srs_today)->print(), text);
  }
}

TEST(Srs, LeavesASenderAloneWhoseAddressWouldBeTooLong) {
  auto const srs = with_secret("a secret of ours");
  EXPECT_FALSE(srs.rewritten(mailbox(std::string(50, 'a') + "@far.example"), srs_us, srs_today));
  EXPECT_FALSE(srs.rewritten(mailbox("a@[192.0.2.1]"), srs_us, srs_today));
}

}  // namespace
}  // namespace postern::tests

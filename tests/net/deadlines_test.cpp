#include "net/deadlines.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>

namespace postern::net {
namespace {

constexpr std::chrono::hours an_hour{1};

std::chrono::steady_clock::time_point late() { return std::chrono::steady_clock::now() + 2 * an_hour; }

class Limit : public Deadline {
 public:
  explicit Limit(DeadlineKeeper& keeper) : Deadline(keeper) {}
  void expire() override {
    ++expired;
    if (then) then();
  }

  int expired = 0;
  std::function<void()> then;
};

class Deadlines : public testing::Test {
 protected:
  boost::asio::io_context context_;
  DeadlineKeeper keeper_{context_};
};

TEST_F(Deadlines, ExpireOnceWhenTheyAreLate) {
  Limit limit(keeper_);
  limit.in(an_hour);
  keeper_.expire_late(std::chrono::steady_clock::now());
  EXPECT_EQ(limit.expired, 0);
  keeper_.expire_late(late());
  keeper_.expire_late(late());
  EXPECT_EQ(limit.expired, 1);
  EXPECT_TRUE(limit.passed());
}

TEST_F(Deadlines, DoNotExpireWhenTheyAreOffOrGone) {
  Limit off(keeper_);
  off.in(an_hour);
  off.off();
  {
    Limit gone(keeper_);
    gone.in(an_hour);
  }
  keeper_.expire_late(late());
  EXPECT_EQ(off.expired, 0);
  EXPECT_FALSE(off.passed());
}

TEST_F(Deadlines, OfOneTickMayDestroyEachOther) {
  constexpr std::size_t count = 4;
  for (std::size_t first = 0; first < count; ++first)
    for (std::size_t second = 0; second < count; ++second) {
      if (first == second) continue;
      std::array<std::unique_ptr<Limit>, count> limits;
      for (auto& limit : limits) {
        limit = std::make_unique<Limit>(keeper_);
        limit->in(an_hour);
      }
      bool const comes_after = second > first;  // they expire in the order in which they were set
      limits[first]->then = [&] { limits[second].reset(); };
      int second_expired = 0;
      limits[second]->then = [&] { ++second_expired; };
      keeper_.expire_late(late());
      EXPECT_EQ(limits[second], nullptr);
      EXPECT_EQ(second_expired, comes_after ? 0 : 1) << first << " destroys " << second;
      for (std::size_t i = 0; i < count; ++i)
        if (i != second) EXPECT_EQ(limits[i]->expired, 1) << i << " when " << first << " destroys " << second;
    }
}

TEST_F(Deadlines, OfOneTickMayTurnEachOtherOff) {
  Limit one(keeper_), two(keeper_);
  one.in(an_hour);
  two.in(an_hour);
  one.then = [&] { two.off(); };
  keeper_.expire_late(late());
  EXPECT_EQ(two.expired, 0);
  EXPECT_FALSE(two.passed());
  two.in(an_hour);
  keeper_.expire_late(late());
  EXPECT_EQ(two.expired, 1);
}

TEST_F(Deadlines, MayBeSetAnewWhenTheyExpire) {
  Limit limit(keeper_);
  limit.in(an_hour);
  limit.then = [&] { limit.in(an_hour); };
  keeper_.expire_late(late());
  EXPECT_EQ(limit.expired, 1) << "once per tick";
  EXPECT_FALSE(limit.passed()) << "the new limit has not passed";
  keeper_.expire_late(late());
  EXPECT_EQ(limit.expired, 2);
}

TEST_F(Deadlines, MaySetAnotherThatIsLateAnew) {
  Limit one(keeper_), two(keeper_);
  one.in(an_hour);
  two.in(an_hour);
  one.then = [&] { two.in(an_hour); };
  keeper_.expire_late(late());
  EXPECT_EQ(two.expired, 0);
  one.then = nullptr;
  keeper_.expire_late(late());
  EXPECT_EQ(two.expired, 1);
}

TEST_F(Deadlines, MayOutliveTheirKeeper) {
  auto keeper = std::make_unique<DeadlineKeeper>(context_);
  auto limit = std::make_unique<Limit>(*keeper);
  limit->in(an_hour);
  keeper.reset();
  limit->off();
  EXPECT_EQ(limit->expired, 0);
}

}  // namespace
}  // namespace postern::net

#include "delivery/daily_job.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "net/one_shot.hpp"
#include "support/simulated.hpp"
#include "support/workplace.hpp"

namespace postern::delivery {
namespace {

using std::chrono::hours;

class DailyJobTest : public testing::Test {
 protected:
  net::Task<void> work(Instant day) {
    days.push_back(day);
    if (waits) co_await end.wait();
    if (throws) throw std::runtime_error("of the test");
  }
  void run(Instant day) {
    job.run(day);
    tests::run_ready(loop);
  }

  tests::Workplace place;
  net::EventLoop loop{"test"};
  tests::ManualClock clock;
  std::vector<Instant> days;  // those that were worked on
  net::OneShot<bool> end;
  bool waits = false;
  bool throws = false;
  std::size_t asked_for_next = 0;
  DailyJob job{{loop, place.log, place.counters, clock},
               "test job",
               {.run = [this](Instant day) { return work(day); },
                .next =
                    [this] {
                      ++asked_for_next;
                      return clock.now() + hours(1);
                    },
                .wanted = [] { return true; }}};
};

TEST_F(DailyJobTest, WorksOnTheWholeDay) {
  run(clock.now() + hours(7));
  EXPECT_EQ(days, std::vector{day_of(clock.now())});
  EXPECT_EQ(print_day(days.at(0)), print_iso8601(clock.now()).substr(0, 10));
}

TEST_F(DailyJobTest, IsNotRunTwiceAtTheSameTime) {
  waits = true;
  run(clock.now());
  run(clock.now());
  EXPECT_EQ(days.size(), 1U);
  waits = false;
  end.set(true);
  tests::run_ready(loop);
  run(clock.now());
  EXPECT_EQ(days.size(), 2U);
}

TEST_F(DailyJobTest, RunsAgainAfterAnException) {
  throws = true;
  run(clock.now());
  EXPECT_TRUE(place.log.mentions("test job"));
  throws = false;
  run(clock.now());
  EXPECT_EQ(days.size(), 2U);
}

TEST_F(DailyJobTest, AsksWhenItIsRunNextOnceARunHasEnded) {
  waits = true;
  run(clock.now());
  EXPECT_EQ(asked_for_next, 0U);
  end.set(true);
  tests::run_ready(loop);
  EXPECT_EQ(asked_for_next, 1U);
}

TEST_F(DailyJobTest, BeginsNothingOnceItHasBeenStopped) {
  job.stop();
  run(clock.now());
  EXPECT_TRUE(days.empty());
  EXPECT_TRUE(job.stopping());
}

TEST(AtHour, IsTheNextTimeThatItIsThatHour) {
  Instant const midnight{hours(24 * 20'000)};
  EXPECT_EQ(at_hour(6, midnight), midnight + hours(6));
  EXPECT_EQ(at_hour(6, midnight + hours(6)), midnight + hours(30));
  EXPECT_EQ(at_hour(6, midnight + hours(23)), midnight + hours(30));
  EXPECT_EQ(at_hour(0, midnight), midnight + hours(24));
}

}  // namespace
}  // namespace postern::delivery

#include "session/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace postern::session {
namespace {

Instant breaker_time(int seconds) { return from_micros(0) + std::chrono::seconds(1'000 + seconds); }

void fail_until_left_alone(CircuitBreaker& breaker) {
  for (std::uint32_t i = 0; i < CircuitBreaker::failures; ++i) {
    EXPECT_TRUE(breaker.enter(breaker_time(0)));
    EXPECT_EQ(breaker.failed(breaker_time(0)), i + 1 == CircuitBreaker::failures);
  }
}

TEST(CircuitBreaker, LeavesAServiceAloneThatFailsSeveralTimesInARow) {
  CircuitBreaker breaker;
  fail_until_left_alone(breaker);
  EXPECT_FALSE(breaker.enter(breaker_time(1)));
  EXPECT_FALSE(breaker.enter(breaker_time(29)));
}

TEST(CircuitBreaker, LetsOneTryAfterAWhileAndAllAfterItsSuccess) {
  CircuitBreaker breaker;
  fail_until_left_alone(breaker);
  EXPECT_TRUE(breaker.enter(breaker_time(31)));
  EXPECT_FALSE(breaker.enter(breaker_time(31)));  // one is asking
  breaker.succeeded();
  EXPECT_TRUE(breaker.enter(breaker_time(31)));
  EXPECT_TRUE(breaker.enter(breaker_time(31)));
}

TEST(CircuitBreaker, LeavesItAloneOnceMoreWhenTheOneFailsOrSaysNothing) {
  CircuitBreaker breaker;
  fail_until_left_alone(breaker);
  EXPECT_TRUE(breaker.enter(breaker_time(31)));
  breaker.failed(breaker_time(40));
  EXPECT_FALSE(breaker.enter(breaker_time(69)));
  EXPECT_TRUE(breaker.enter(breaker_time(71)));  // who asks says nothing, since his session has ended
  EXPECT_TRUE(breaker.enter(breaker_time(102)));
}

TEST(CircuitBreaker, ForgetsFailuresAtASuccess) {
  CircuitBreaker breaker;
  for (int round = 0; round < 10; ++round) {
    breaker.failed(breaker_time(0));
    breaker.succeeded();
  }
  EXPECT_TRUE(breaker.enter(breaker_time(0)));
}

TEST(CircuitBreaker, IsNotHeldUpByAClockThatIsSetBack) {
  CircuitBreaker breaker;
  fail_until_left_alone(breaker);
  EXPECT_TRUE(breaker.enter(breaker_time(-900)));
}

}  // namespace
}  // namespace postern::session

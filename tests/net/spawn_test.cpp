#include "net/spawn.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support/test_loop.hpp"

namespace postern::net {
namespace {

Task<void> fail_with(std::string what) {
  if (!what.empty()) throw std::runtime_error(what);
  co_return;
}

Task<void> throw_a_number() {
  throw 7;
  co_return;
}

TEST(Spawn, SaysWhenATaskHasEnded) {
  tests::TestLoop test;
  bool ended = false;
  test.spawn(fail_with(""), &ended);
  test.settle();
  EXPECT_TRUE(ended);
  EXPECT_EQ(test.counters.get(Count::sessions_unexpected_errors), 0U);
  EXPECT_FALSE(test.log.mentions("spawned-failed"));
}

TEST(Spawn, LogsAndCountsWhatATaskThrows) {
  tests::TestLoop test;
  bool ended = false;
  test.spawn(fail_with("no luck"), &ended);
  test.settle();
  EXPECT_TRUE(ended);
  EXPECT_EQ(test.counters.get(Count::sessions_unexpected_errors), 1U);
  EXPECT_TRUE(test.log.mentions("spawned-failed"));
  EXPECT_TRUE(test.log.mentions("task=test"));
  EXPECT_TRUE(test.log.mentions("no luck"));
}

TEST(Spawn, CatchesWhatIsNoException) {
  tests::TestLoop test;
  bool ended = false;
  test.spawn(throw_a_number(), &ended);
  test.settle();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(test.log.mentions("spawned-failed"));
}

}  // namespace
}  // namespace postern::net

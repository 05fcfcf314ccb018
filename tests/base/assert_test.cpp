#include "base/assert.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern {
namespace {

int calls_of_handler = 0;
std::string last_condition;

void keep(char const*, int, char const* condition) {
  ++calls_of_handler;
  last_condition = condition;
}

std::string what_is_thrown_for(bool holds) {
  try {
    POSTERN_ASSERT(holds);
  } catch (BrokenInvariant const& broken) {
    return broken.what();
  }
  return "nothing";
}

TEST(Assert, ThrowsWithFileLineAndConditionWhenAPromiseIsBroken) {
  auto const what = what_is_thrown_for(false);
  EXPECT_NE(what.find("assert_test.cpp:"), std::string::npos) << what;
  EXPECT_NE(what.find(": holds does not hold"), std::string::npos) << what;
}

TEST(Assert, DoesNothingWhenThePromiseHolds) {
  EXPECT_EQ(what_is_thrown_for(true), "nothing");
  int evaluations = 0;
  POSTERN_ASSERT(++evaluations == 1);
  POSTERN_ASSERT_FATAL(++evaluations == 2);
  EXPECT_EQ(evaluations, 2);
}

TEST(Assert, TellsTheHandlerAndThrowsAllTheSame) {
  auto const before = set_assert_handler(keep);
  auto const what = what_is_thrown_for(false);
  EXPECT_TRUE(set_assert_handler(before) == &keep);
  EXPECT_NE(what, "nothing");
  EXPECT_EQ(calls_of_handler, 1);
  EXPECT_EQ(last_condition, "holds");
}

TEST(AssertDeathTest, EndsTheProcessWithOneLineWhenGoingOnWouldDoDamage) {
  EXPECT_DEATH(POSTERN_ASSERT_FATAL(1 + 1 == 3),
               "postern: .*assert_test.cpp:[0-9]+: 1 . 1 == 3 does not hold");
}

}  // namespace
}  // namespace postern

#include "base/counted.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(Counted, OneIsSingular) {
  EXPECT_EQ(counted(0, "line"), "0 lines");
  EXPECT_EQ(counted(1, "line"), "1 line");
  EXPECT_EQ(counted(2, "line"), "2 lines");
  EXPECT_EQ(counted(1, "reply", "replies"), "1 reply");
  EXPECT_EQ(counted(3, "reply", "replies"), "3 replies");
}

}  // namespace
}  // namespace postern

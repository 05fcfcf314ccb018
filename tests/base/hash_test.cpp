#include "base/hash.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(Hash, IsTheSameOnEveryMachineAndChainsByItsSeed) {
  EXPECT_EQ(hash_of(""), 0x2D06800538D394C2ULL);  // XXH3's own value for nothing
  EXPECT_EQ(hash_of("a"), hash_of("a", 0));
  EXPECT_NE(hash_of("a"), hash_of("b"));
  EXPECT_NE(hash_of("a", 1), hash_of("a", 2));
}

}  // namespace
}  // namespace postern

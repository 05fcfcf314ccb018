#include "app/server/descriptor_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::app {
namespace {

TEST(DescriptorShares, KeepSomeBackForTheServerItself) {
  for (std::uint64_t limit : {200U, 256U, 1024U, 4096U, 65'536U, 1'048'576U})
    for (std::size_t listeners : {2U, 5U}) {
      auto const shares = share_descriptors(limit, listeners);
      auto const strangers = shares.sockets + shares.web * listeners;
      EXPECT_LT(strangers + std::min<std::uint64_t>(limit / 10, 2000), limit) << limit;
      EXPECT_LT(shares.connections, shares.sockets) << "some are left for saying 421";
      EXPECT_GE(shares.sockets, limit / 2);
      EXPECT_GE(shares.web, 8U);
      EXPECT_LE(shares.web, 100U);
    }
}

TEST(DescriptorShares, AreEnoughForTheDefaultsUnderTheUnitsLimit) {
  EXPECT_GE(share_descriptors(65'536, 3).connections, 16'000U);
}

}  // namespace
}  // namespace postern::app

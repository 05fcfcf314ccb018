// The rules that can be named.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(Rules, AreReadWithTheirScope) {
  EXPECT_EQ(parse_rule("require-tls>=1.2 for Example.ORG")->policy.tls, policy::TlsRequirement::never);
  EXPECT_TRUE(parse_rule("require-tls for example.org")->asks_recipients);
  EXPECT_FALSE(parse_rule("remembered")->breaks_rfc3207);
  for (auto const* wrong : {"", "require", "require-tls>=1.4", "require-tls to x.example", "require-tls for",
                            "require-tls for -", "require-tls from a b"})
    EXPECT_FALSE(parse_rule(wrong)) << wrong;
}

}  // namespace
}  // namespace postern::tests

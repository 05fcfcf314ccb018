// A line of comma-separated values.
#include "whatif/readers/delimited.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

using Fields = std::vector<std::string>;

TEST(Delimited, QuotesHoldCommasAndDoubledQuotes) {
  EXPECT_EQ(split_delimited("a,b,c"), (Fields{"a", "b", "c"}));
  EXPECT_EQ(split_delimited(""), (Fields{""}));
  EXPECT_EQ(split_delimited(",,"), (Fields{"", "", ""}));
  EXPECT_EQ(split_delimited("\"a,b\",c"), (Fields{"a,b", "c"}));
  EXPECT_EQ(split_delimited("\"say \"\"hi\"\"\",x"), (Fields{"say \"hi\"", "x"}));
  EXPECT_EQ(split_delimited("\"\"\"\""), (Fields{"\""}));
  EXPECT_EQ(split_delimited("a\"b,c"), (Fields{"a\"b", "c"}));  // a quote within a value is one
  EXPECT_EQ(split_delimited("\"never closed,x"), (Fields{"never closed,x"}));
  EXPECT_EQ(split_delimited("a;b,c", ';'), (Fields{"a", "b,c"}));
}

}  // namespace
}  // namespace postern::tests

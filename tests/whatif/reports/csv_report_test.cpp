// The senders as comma-separated values.
#include "whatif/reports/csv_report.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"
#include "whatif/reports/csv_field.hpp"
#include "whatif/reports/html_report.hpp"

namespace postern::tests {
namespace {

TEST(Reports, NoSenderBreaksOutOfTheirForm) {
  auto const html = html_report(some_answer(), "2026-11-24");
  EXPECT_EQ(html.find("<b>evil"), std::string::npos);
  auto const csv = csv_report(some_answer());
  EXPECT_NE(csv.find("require-tls,"), std::string::npos);
  EXPECT_NE(csv.find("\"\"??.example\""), std::string::npos);
}

TEST(CsvField, IsQuotedWhereItHasToBeAndNeverAFormula) {
  for (auto const& [value, expected] : {std::pair<std::string_view, std::string_view>{"plain", "plain"},
                                        {"", ""},
                                        {"a,b", "\"a,b\""},
                                        {"a\"b", "\"a\"\"b\""},
                                        {"a\r\nb", "\"a\r\nb\""},
                                        {"=1+1", "'=1+1"},
                                        {"@x,y", "\"'@x,y\""}})
    EXPECT_EQ(csv_field(value), expected);
}

}  // namespace
}  // namespace postern::tests

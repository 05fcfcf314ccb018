#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/settings/build_config.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {
namespace {

std::vector<std::string> errors_of_a_rule_called(std::string const& name) {
  auto const read = parse_settings(
      "[[rules]]\nname = \"" + name + "\"\nwhen = \"not tls\"\nthen = \"flag\"\n", "dir/postern.toml");
  EXPECT_TRUE(read.errors.empty()) << read.errors.front();
  return check_config(read.settings).errors;
}

TEST(RuleNames, OfBuiltinRulesCannotBeTaken) {
  for (auto const* name : {"relay", "content", "tls.require", "builtin:relay", "builtin:mine"}) {
    auto const errors = errors_of_a_rule_called(name);
    ASSERT_EQ(errors.size(), 1U) << name;
    auto const told = "postern.toml:1: rules.\"" + std::string(name) +
                      "\": this name belongs to the built-in rules; choose another";
    EXPECT_NE(errors[0].find(told), std::string::npos) << errors[0];
  }
}

TEST(RuleNames, OfOthersCan) {
  EXPECT_TRUE(errors_of_a_rule_called("relays").empty());
  EXPECT_TRUE(errors_of_a_rule_called("no TLS").empty());
}

}  // namespace
}  // namespace postern::app

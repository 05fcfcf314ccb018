// What is told of a configuration with mistakes in it, and in which order.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "app/settings/by_line.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {
namespace {

std::vector<std::string> messages_of(std::string const& text) {
  return parse_settings(text, "dir/postern.toml").errors;
}

TEST(SettingsMessages, AMisspeltTableGetsTheOneThatWasMeant) {
  for (auto const& [text, meant] : std::vector<std::pair<std::string, std::string>>{
           {"[tlss]\nmin_version = \"1.2\"\nrequire = \"never\"",
            "dir/postern.toml:1: tlss: there is no such table; did you mean \"tls\"?"},
           {"[domain.\"example.org\"]\nmailboxes = [\"a\"]",
            "domain: there is no such table; did you mean \"domains\"?"},
           {"[[rule]]\nname = \"x\"", "rule: there is no such table; did you mean \"rules\"?"},
           {"[[filter]]\nname = \"x\"", "filter: there is no such table; did you mean \"filters\"?"},
           {"[[listener]]\naddress = \"0.0.0.0:25\"",
            "listener: there is no such table; did you mean \"listen\"?"},
           {"[list]\npartners = [\"bank.example\"]", "list: there is no such table; did you mean \"lists\"?"},
           {"[route.\"x.example\"]\nto = \"mx\"",
            "route: there is no such table; did you mean \"routes\"?"}}) {
    auto const errors = messages_of(text);
    ASSERT_EQ(errors.size(), 1U) << text;
    EXPECT_NE(errors[0].find(meant), std::string::npos) << errors[0];
  }
  auto const unlike_any = messages_of("[zzz]\nx = 1");
  ASSERT_EQ(unlike_any.size(), 1U);
  EXPECT_NE(unlike_any[0].find("zzz.x: there is no such key"), std::string::npos);
}

TEST(SettingsMessages, ErrorsAreInTheOrderOfTheFile) {
  auto const errors = messages_of(
      "zebra = 1\n[smtp]\nzebra = 1\nalpha = 1\n[dns]\nzebra = 1\n[[listen]]\naddress = \"x\"\n"
      "[domains.\"b.example\"]\nzebra = 1\n[domains.\"a.example\"]\nzebra = 1\n");
  std::vector<std::string> lines;
  for (auto const& error : errors) {
    auto const after_name = error.substr(std::string("dir/postern.toml:").size());
    lines.push_back(after_name.substr(0, after_name.find(':')));
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"1", "3", "4", "6", "7", "10", "12"}));
}

TEST(SettingsMessages, MessagesWithoutALineComeLast) {
  std::vector<std::string> messages{"f.toml: none", "f.toml:12: b", "f.toml:9: c",
                                    "other",        "f.toml:12: a", "f.toml:x: none"};
  sort_by_line(messages, "f.toml");
  EXPECT_EQ(messages, (std::vector<std::string>{"f.toml:9: c", "f.toml:12: b", "f.toml:12: a", "f.toml: none",
                                                "other", "f.toml:x: none"}));
}

}  // namespace
}  // namespace postern::app

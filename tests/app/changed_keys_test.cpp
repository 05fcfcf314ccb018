#include "app/settings/changed_keys.hpp"

#include <gtest/gtest.h>

#include "app/settings/settings_file.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {
namespace {

std::vector<std::string> waiting(std::string const& running, std::string const& read) {
  return keys_waiting_for_restart(parse_settings(running, "postern.toml").settings,
                                  parse_settings(read, "postern.toml").settings);
}

using Names = std::vector<std::string>;

TEST(ChangedKeys, NothingWaitsWhenNothingHasChanged) {
  EXPECT_EQ(waiting("", ""), Names{});
  EXPECT_EQ(waiting("threads = 2", "threads = 2"), Names{});
}

TEST(ChangedKeys, NamesThoseThatARunningServerCannotTakeOver) {
  EXPECT_EQ(waiting("", "threads = 2\n[log]\nlevel = \"debug\"\n[maildrop]\ndirectory = \"x\""),
            (Names{"threads", "maildrop.directory", "log.level"}));
  EXPECT_EQ(waiting("", "shutdown_limit = 5\n[tls]\nticket_lifetime = \"1h\"\nmemory = { expire = \"1d\" }"),
            (Names{"shutdown_limit", "tls.ticket_lifetime", "tls.memory.expire"}));
}

TEST(ChangedKeys, SaysNothingOfThoseThatItHasTakenOver) {
  EXPECT_EQ(waiting("",
                    "hostname = \"mx.example.org\"\n[tls]\nrequire = \"always\"\n[dns]\nwait = \"1s\"\n"
                    "[domains.\"x.example\"]\nmailboxes = [\"a\"]"),
            Names{});
}

TEST(ChangedKeys, ListenersCountAsOneWhereverTheyStandInTheFile) {
  std::string const one = "[[listen]]\naddress = \"127.0.0.1:2525\"\n";
  EXPECT_EQ(waiting(one, "\n\n" + one), Names{});
  EXPECT_EQ(waiting(one, ""), Names{});  // it is the default
  EXPECT_EQ(waiting(one, one + "tls = \"none\""), Names{"listen"});
  EXPECT_EQ(waiting(one, one + "proxy = [\"10.0.0.0/8\"]"), Names{"listen"});
  EXPECT_EQ(waiting(one, one + one), Names{"listen"});
}

TEST(ChangedKeys, EveryKeyOfAListenerNeedsARestartAndNoOtherSectionsKeyDoes) {
  for (auto const& key : listen_keys()) EXPECT_EQ(key.reload, Reload::restart) << key.name;
  for (auto const& key : domain_keys()) EXPECT_EQ(key.reload, Reload::live) << key.name;
  for (auto const& key : route_keys()) EXPECT_EQ(key.reload, Reload::live) << key.name;
  for (auto const& key : rule_keys()) EXPECT_EQ(key.reload, Reload::live) << key.name;
}

}  // namespace
}  // namespace postern::app

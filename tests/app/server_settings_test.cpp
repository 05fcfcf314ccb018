// How a command finds the server that it is about.
#include "app/commands/server_settings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/commands/commands.hpp"
#include "app/settings/find_config.hpp"
#include "support/workplace.hpp"

namespace postern::app {
namespace {

class ServerSettingsTest : public testing::Test {
 protected:
  ServerSettingsTest() {
    ::unsetenv(config_variable);
    std::ofstream(file_) << "hostname = \"one.example\"\ndata_dir = \"data\"\n";
  }
  ~ServerSettingsTest() override { ::unsetenv(config_variable); }

  tests::Workplace place_;
  std::string file_ = place_.path("postern.toml");
};

TEST_F(ServerSettingsTest, AreThoseThatTheCommandLineNamesOrTheEnvironment) {
  EXPECT_EQ(find_config("a.toml"), "a.toml");
  ::setenv(config_variable, file_.c_str(), 1);
  EXPECT_EQ(find_config(""), file_);
  EXPECT_EQ(find_config("a.toml"), "a.toml");
  EXPECT_EQ(settings_of_server("").settings.live.hostname, "one.example");
  ::setenv(config_variable, "", 1);
  EXPECT_NE(find_config(""), file_);
}

TEST_F(ServerSettingsTest, AreAskedForWhereThereAreNone) {
  if (!find_config("").empty()) GTEST_SKIP() << "this system has a configuration of its own";
  EXPECT_EQ(settings_of_server("").code, 2);
  EXPECT_EQ(settings_or_defaults("").code, 0);
  EXPECT_EQ(run_queue({}), 2);
  EXPECT_EQ(run_dns(""), 2);
  EXPECT_EQ(run_memory({}), 2);
  EXPECT_EQ(run_notices({}), 2);
  EXPECT_EQ(run_check({}), 2);
}

TEST_F(ServerSettingsTest, LeadToADataDirectoryThatMustBeThere) {
  EXPECT_EQ(run_queue({.config = file_}), 1);
  EXPECT_EQ(run_queue({.data_dir = place_.path("none")}), 1);
  EXPECT_EQ(run_notices({.config = file_, .day = "2026-01-31"}), 1);
  MemoryOptions memory;
  memory.config = file_;
  EXPECT_EQ(run_memory(memory), 1);
  std::filesystem::create_directory(place_.path("data"));
  EXPECT_EQ(run_queue({.config = file_}), 0);
}

TEST_F(ServerSettingsTest, LeadToFactsThatMustBeReadable) {
  std::filesystem::create_directory(place_.path("data"));
  MemoryOptions memory;
  memory.config = file_;
  EXPECT_EQ(run_memory(memory), 0) << "there are none yet";
  std::filesystem::create_symlink("facts.db", place_.path("data/facts.db"));  // leads to itself
  EXPECT_EQ(run_memory(memory), 1) << "what cannot be read is not empty";
}

TEST_F(ServerSettingsTest, ThatAreWrongEndTheCommand) {
  std::ofstream(file_) << "frob = 1\n";
  EXPECT_EQ(settings_of_server(file_).code, 1);
  EXPECT_EQ(settings_or_defaults(file_).code, 1);
}

TEST_F(ServerSettingsTest, AreGoodWithWarningsUnlessACheckIsStrict) {
  std::ofstream(file_) << "hostname = \"mx.example.org\"\n[relay]\nnetworks = [\"198.51.100.0/24\"]\n";
  EXPECT_EQ(run_check({.config = file_}), 0);
  EXPECT_EQ(run_check({.config = file_, .strict = true}), 1);
}

}  // namespace
}  // namespace postern::app

#include "app/command_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::app {
namespace {

using CommandLine = std::vector<std::string>;

TEST(CommandLine, AConfigurationBeforeTheCommandIsTheCommands) {
  EXPECT_EQ(normal_arguments({"-c", "a.toml", "queue", "list"}),
            (CommandLine{"queue", "-c", "a.toml", "list"}));
  EXPECT_EQ(normal_arguments({"--config=a.toml", "check"}), (CommandLine{"check", "--config=a.toml"}));
  EXPECT_EQ(normal_arguments({"queue", "-c", "a.toml"}), (CommandLine{"queue", "-c", "a.toml"}));
}

TEST(CommandLine, AConfigurationWithoutACommandIsServed) {
  for (auto const& option :
       std::vector<CommandLine>{{"-c", "a.toml"}, {"-ca.toml"}, {"--config", "a.toml"}, {"-c"}}) {
    auto wanted = option;
    wanted.insert(wanted.begin(), "serve");
    EXPECT_EQ(normal_arguments(option), wanted);
  }
  EXPECT_EQ(normal_arguments({}), CommandLine{});
}

TEST(CommandLine, TakesTheUsualWordsForHelpAndVersion) {
  EXPECT_EQ(normal_arguments({"help"}), CommandLine{"--help"});
  EXPECT_EQ(normal_arguments({"help", "queue", "move"}), (CommandLine{"queue", "move", "--help"}));
  EXPECT_EQ(normal_arguments({"--version"}), CommandLine{"version"});
  EXPECT_EQ(normal_arguments({"-V"}), CommandLine{"version"});
}

std::string complaint_about(CommandLine arguments) {
  CLI::App app("", "postern");
  app::Run run;
  add_commands(app, run);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
  } catch (CLI::ParseError const& error) {
    return what_is_wrong(app, error);
  }
  return {};
}

TEST(CommandLine, AMisspeltWordGetsTheOneThatWasMeant) {
  for (auto const& [arguments, complaint] : std::vector<std::pair<CommandLine, std::string>>{
           {{"serv"}, "postern: there is no command \"serv\"; did you mean \"serve\"?\nRun `postern --help`"},
           {{"queue", "lst"}, "postern queue: there is no command \"lst\"; did you mean \"list\"?"},
           {{"memory", "exprt"}, "postern memory: there is no command \"exprt\"; did you mean \"export\"?"},
           {{"facts", "--rule"}, "postern facts: there is no option \"--rule\"; did you mean \"--rules\"?"},
           {{"frob"}, "postern: there is no command \"frob\"\n"},
           {{"dns", "x"}, "postern dns: what is \"x\" for?"},
           {{"load"}, "postern load: TARGET is required"},
           {{"load", "--tls", "some", "x"}, "postern load: --tls: some: not one of none, full, resume"}})
    EXPECT_TRUE(complaint_about(arguments).starts_with(complaint)) << complaint_about(arguments);
  EXPECT_EQ(complaint_about({"queue", "list", "--json"}), "");
}

TEST(CommandLine, HelpHasNothingInternal) {
  CLI::App app("", "postern");
  app::Run run;
  add_commands(app, run);
  std::size_t seen = 0;
  for (auto* command : app.get_subcommands([](CLI::App*) { return true; })) {
    auto const help = command->help();
    for (auto const* internal : {"ENUM", "->", "{false}", "{true}"})
      EXPECT_EQ(help.find(internal), std::string::npos) << help;
    ++seen;
  }
  EXPECT_EQ(seen, commands().size());
}

}  // namespace
}  // namespace postern::app

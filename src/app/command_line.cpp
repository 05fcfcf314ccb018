#include "app/command_line.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "base/ascii.hpp"
#include "base/similar.hpp"

namespace postern::app {
namespace {

// How many arguments the option at the beginning takes that names a configuration file; 0: there is none.
std::size_t length_of_config_option(std::vector<std::string> const& arguments) {
  if (arguments.empty()) return 0;
  auto const& first = arguments.front();
  if (first == "-c" || first == "--config") return std::min<std::size_t>(2, arguments.size());
  bool const attached = first.starts_with("--config=") || (first.starts_with("-c") && first.size() > 2);
  return attached ? 1 : 0;
}

// The command that the arguments name, with the word of `queue` or `memory` behind it.
CLI::App const* chosen_command(CLI::App const& app) {
  auto const* chosen = &app;
  for (auto inner = chosen->get_subcommands(); !inner.empty(); inner = chosen->get_subcommands())
    chosen = inner.front();
  return chosen;
}

std::string command_name(CLI::App const& command) {
  auto const* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : command_name(*parent) + " " + command.get_name();
}

std::vector<std::string> command_words(CLI::App const& command) {
  std::vector<std::string> words;
  for (auto const* inner : command.get_subcommands([](CLI::App const*) { return true; }))
    words.push_back(inner->get_name());
  return words;
}

std::vector<std::string> command_options(CLI::App const& command) {
  std::vector<std::string> names;
  for (auto const* at = &command; at != nullptr; at = at->get_parent())
    for (auto const* option : at->get_options())
      for (auto const& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::string about_unexpected(CLI::App const& command, std::string const& word) {
  if (word.starts_with('-'))
    return "there is no option " + in_quotes(word) +
           did_you_mean(word.substr(0, word.find('=')), command_options(command));
  auto const words = command_words(command);
  if (words.empty()) return "what is " + in_quotes(word) + " for? It is one argument too many";
  return "there is no command " + in_quotes(word) + did_you_mean(word, words);
}

}  // namespace

std::vector<std::string> normal_arguments(std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  if (arguments.front() == "--version" || arguments.front() == "-V") return {"version"};
  if (arguments.front() == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
    return arguments;
  }
  auto const length = static_cast<std::ptrdiff_t>(length_of_config_option(arguments));
  if (length == 0) return arguments;
  std::vector<std::string> const option(arguments.begin(), arguments.begin() + length);
  arguments.erase(arguments.begin(), arguments.begin() + length);
  if (arguments.empty() || arguments.front().starts_with('-')) arguments.insert(arguments.begin(), "serve");
  arguments.insert(std::next(arguments.begin()), option.begin(), option.end());
  return arguments;
}

void add_commands(CLI::App& app, Run& run) {
  app.require_subcommand(0, 1);
  for (auto const& command : commands()) {
    auto* added = app.add_subcommand(command.name, command.help);
    added->final_callback([&run, chosen = command.add(*added)] { run = chosen; });
  }
}

std::string what_is_wrong(CLI::App const& app, CLI::ParseError const& error) {
  auto const& command = *chosen_command(app);
  auto const remaining = app.remaining(true);
  bool const is_extra = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  bool const too_much = is_extra && !remaining.empty();
  auto const what = too_much ? about_unexpected(command, remaining.front()) : std::string(error.what());
  return command_name(command) + ": " + what + "\nRun `" + command_name(command) +
         " --help` for more information.";
}

int end_of_parsing(CLI::App const& app, CLI::ParseError const& error) {
  if (error.get_exit_code() == 0) return app.exit(error);  // prints the help
  std::fprintf(stderr, "%s\n", what_is_wrong(app, error).c_str());
  return 2;
}

}  // namespace postern::app

// The commands of `postern` and their options. A new command is a file in app/commands, a declaration of its
// options, and a row of the table.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <vector>

namespace postern::app {

using Run = std::function<int()>;

// A row of the table: `add` declares the options on the command line, and gives what runs the command.
struct Command {
  char const* name;
  char const* help;
  std::function<Run(CLI::App& command)> add;
};

std::vector<Command> commands();

}  // namespace postern::app

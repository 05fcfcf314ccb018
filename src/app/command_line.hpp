// The command line of `postern`: which command it names, and what is wrong with it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "app/command_table.hpp"

namespace postern::app {

// As the commands have it: a configuration file that stands before the command goes behind it, and without a
// command it is that of `serve`; `help`, `--version` and `-V` are written in full.
std::vector<std::string> normal_arguments(std::vector<std::string> arguments);

// All commands, and `run` as the command that is chosen while the arguments are parsed.
void add_commands(CLI::App& app, Run& run);

// For people: one line, with the word that was probably meant.
std::string what_is_wrong(CLI::App const& app, CLI::ParseError const& error);

// 0: help was asked for and printed; 2: the arguments are wrong, which is said on standard error.
int end_of_parsing(CLI::App const& app, CLI::ParseError const& error);

}  // namespace postern::app

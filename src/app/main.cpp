// The program.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>

#include "app/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/sendmail_options.hpp"

namespace postern::app {
namespace {

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> const arguments(argv + 1, argv + argc);
  if (auto const called = sendmail_arguments(argv[0], arguments)) return run_sendmail(*called);
  CLI::App app(
      "Postern, an SMTP server that accepts mail with and without TLS and records how each message came. It "
      "answers 250 only after the message is on disk.",
      "postern");
  Run run = [] { return run_serve({}); };
  add_commands(app, run);
  auto normal = normal_arguments(arguments);
  std::reverse(normal.begin(), normal.end());  // CLI11 takes them from the end
  try {
    app.parse(std::move(normal));
  } catch (CLI::ParseError const& error) {
    return end_of_parsing(app, error);
  }
  try {
    return run();
  } catch (std::exception const& error) {
    std::fprintf(stderr, "postern: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace postern::app

int main(int argc, char** argv) { return postern::app::main(argc, argv); }

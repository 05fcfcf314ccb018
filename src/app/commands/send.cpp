// `postern send`, and sendmail(8) as cron, PHP and other programs call it.
#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <random>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/commands/control_client.hpp"
#include "app/commands/local_message.hpp"
#include "app/commands/maildrop.hpp"
#include "app/commands/sendmail_options.hpp"
#include "app/commands/stdio_session.hpp"
#include "app/settings/build_directory.hpp"
#include "app/settings/data_dir.hpp"
#include "app/settings/find_config.hpp"
#include "app/settings/settings_file.hpp"
#include "net/wall_clock.hpp"
#include "wire/submission.hpp"

namespace postern::app {
namespace {

std::string user_name() {
  auto const* user = ::getpwuid(::getuid());
  return user != nullptr ? user->pw_name : "uid" + std::to_string(::getuid());
}

SettingsRead settings_for(std::string const& config) {
  if (auto const file = find_config(config); !file.empty()) return read_settings(file);
  return {.errors = {"there is no configuration: " + how_to_name_a_config()}};
}

// Standard input to its end, or to a line with a lone dot.
Result<std::string, SendRefusal> read_input(std::uint64_t limit, bool dot_ends) {
  std::string text;
  std::size_t line = 0;  // where the current one begins
  for (int c = getc_unlocked(stdin); c != EOF; c = getc_unlocked(stdin)) {
    if (c != '\n') {
      text += static_cast<char>(c);
    } else if (dot_ends && wire::is_lone_dot(std::string_view(text).substr(line))) {
      text.resize(line);
      return text;
    } else {
      text += '\n';
      line = text.size();
    }
    if (text.size() > limit)
      return fail(SendRefusal{
          .exit_code = EX_DATAERR,
          .why = "the message is larger than " + std::to_string(limit) + " bytes (smtp.max_message_size)"});
  }
  if (std::ferror(stdin) != 0)
    return fail(SendRefusal{.exit_code = EX_IOERR, .why = "standard input cannot be read to its end"});
  if (dot_ends && wire::is_lone_dot(std::string_view(text).substr(line))) text.resize(line);
  return text;
}

std::string unique_part() {
  std::random_device random;
  return std::to_string(to_micros(net::wall_clock())) + "." + std::to_string(random());
}

int complain_of(SendRefusal const& refusal) { return complain(refusal.why, refusal.exit_code); }

// Absent when this user may not read all of it.
std::optional<policy::Directory> directory_for(Settings const& settings) {
  Problems problems(settings);
  auto directory = build_directory(settings, problems);
  if (problems.any()) return std::nullopt;
  return directory;
}

int hold_smtp(std::string const& config) {
  auto const read = settings_for(config);
  if (!read.errors.empty()) return complain(read.errors.front(), EX_CONFIG);
  Problems problems(read.settings);
  auto const directory = build_directory(read.settings, problems);
  if (problems.any()) return complain(problems.errors().front(), EX_CONFIG);
  return hold_stdio_session(read.settings.live.smtp, directory, read.settings.maildrop_directory());
}

int retry_queue(std::string const& config) {
  auto const read = settings_for(config);
  if (!read.errors.empty()) return complain(read.errors.front(), EX_CONFIG);
  auto const socket = DataPaths(read.settings.data_directory()).control;
  auto const answer = ask_server(socket, "POST", "/api/queue/retry");
  if (!answer) return complain(answer.error(), EX_UNAVAILABLE);
  if (!*answer)
    return complain("no server is running for " + socket + ": what waits is tried when it starts",
                    EX_UNAVAILABLE);
  return (*answer)->status == 200 ? EX_OK : complain("the server did not retry the queue", EX_UNAVAILABLE);
}

int run_mode(SendmailCommand const& command) {
  auto const& config = command.options.config;
  switch (command.mode) {
    case SendmailMode::deliver: return run_send(command.options);
    case SendmailMode::smtp: return hold_smtp(config);
    case SendmailMode::list_queue: return run_queue({.config = config, .action = QueueAction::list});
    case SendmailMode::retry_queue: return retry_queue(config);
    case SendmailMode::rebuild_aliases: break;  // aliases are in the configuration
  }
  return EX_OK;
}

}  // namespace

int run_send(SendOptions const& options) {
  auto const read = settings_for(options.config);
  if (!read.errors.empty()) return complain(read.errors.front(), EX_CONFIG);
  auto const& settings = read.settings;
  auto const limit = settings.live.smtp.max_message_size;
  auto const directory = directory_for(settings);
  LocalContext const context{.user = user_name(),
                             .hostname = settings.live.hostname,
                             .origin = origin_of(settings.live),
                             .unique = unique_part(),
                             .now = net::wall_clock(),
                             .directory = directory ? &*directory : nullptr};
  auto envelope = local_envelope(options, context);
  if (!envelope) return complain_of(envelope.error());
  auto const text = read_input(limit, options.dot_ends);
  if (!text) return complain_of(text.error());
  auto const message = local_message(*std::move(envelope), options, *text, context);
  if (!message) return complain_of(message.error());
  auto const left = leave_message(settings.maildrop_directory(), *message, limit);
  return left ? EX_OK : complain_of(left.error());
}

int run_sendmail(std::span<std::string const> arguments) {
  auto const command = parse_sendmail(arguments);
  if (!command) return complain(command.error(), EX_USAGE);
  try {
    return run_mode(*command);
  } catch (std::exception const& error) {
    return complain(error.what(), EX_SOFTWARE);
  }
}

}  // namespace postern::app

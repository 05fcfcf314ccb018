// The command line of sendmail(8), as getopt(3) reads it: flags may stand in one word ("-ti"), an argument
// may be attached or follow ("-fme", "-f me"), flags may come after recipients, and "--" ends them. The flags
// are those of sendmail, Postfix and msmtp. What has no meaning here is passed over together with its
// argument, so that no argument is taken for a recipient. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands/commands.hpp"
#include "base/result.hpp"

namespace postern::app {

enum class SendmailMode : std::uint8_t {
  deliver,         // the message on standard input
  smtp,            // -bs: a conversation on standard input and output
  list_queue,      // -bp, mailq
  retry_queue,     // -q without recipients
  rebuild_aliases  // -bi, -I, newaliases: nothing is to be done
};

struct SendmailCommand {
  SendmailMode mode = SendmailMode::deliver;
  SendOptions options = {};
};

// The error is for people. A command that can be done leaves no message unsent silently: recipients together
// with a mode that sends nothing are an error.
Result<SendmailCommand, std::string> parse_sendmail(std::span<std::string const> arguments);

// What sendmail is to be called with, if the program is called by one of its names (sendmail, mailq,
// newaliases) or its first argument is "sendmail". `program`: argv[0].
std::optional<std::vector<std::string>> sendmail_arguments(std::string_view program,
                                                           std::span<std::string const> arguments);

}  // namespace postern::app

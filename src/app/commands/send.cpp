// `postern send`, and the command line of sendmail(8) as cron, PHP and other programs use it.
#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/commands/maildrop.hpp"
#include "app/commands/stdio_session.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/settings_file.hpp"
#include "base/ascii.hpp"
#include "net/wall_clock.hpp"
#include "wire/address_list.hpp"
#include "wire/path.hpp"
#include "wire/submission.hpp"

namespace postern::app {
namespace {

constexpr auto usual_config = "/etc/postern/postern.toml";

std::string user_name() {
  auto const* user = ::getpwuid(::getuid());
  return user != nullptr ? user->pw_name : "uid" + std::to_string(::getuid());
}

SettingsRead settings_for(std::string const& config) {
  char const* named = std::getenv("POSTERN_CONFIG");
  std::string file = config;
  if (file.empty() && named != nullptr) file = named;
  if (file.empty() && ::access(usual_config, R_OK) == 0) file = usual_config;
  return settings_from(file);
}

// Standard input to its end, or to a line with a lone dot.
Result<std::string, std::string> read_input(std::uint64_t limit, bool dot_ends) {
  std::string text;
  std::size_t line = 0;  // where the current one begins
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    text += static_cast<char>(c);
    if (c != '\n') continue;
    auto const last = trimmed(std::string_view(text).substr(line));
    if (dot_ends && last == "." && text[line] == '.') {
      text.resize(line);
      break;
    }
    line = text.size();
    if (text.size() > limit) return fail("the message is larger than " + std::to_string(limit) + " bytes");
  }
  return text;
}

Result<std::optional<Address>, std::string> sender_of(SendOptions const& options, std::string const& host) {
  if (options.sender == "<>") return std::optional<Address>();
  std::string text = options.sender.empty() ? user_name() : options.sender;
  if (text.front() == '<' && text.back() == '>') text = text.substr(1, text.size() - 2);
  if (text.find('@') == std::string::npos) text += "@" + host;
  auto address = wire::parse_mailbox(text);
  if (!address) return fail("the sender " + text + ": " + std::string(explain(address.error())));
  return std::optional<Address>(std::move(*address));
}

std::string unique_part() {
  std::random_device random;
  return std::to_string(to_micros(net::wall_clock())) + "." + std::to_string(random());
}

}  // namespace

int run_send(SendOptions const& options) {
  auto const read = settings_for(options.config);
  if (!read.errors.empty()) return complain(read.errors.front(), EX_CONFIG);
  auto const& settings = read.settings;
  std::string const maildrop = settings.maildrop_directory();
  if (options.smtp) {
    auto const built = check_config(settings);
    if (!built.errors.empty()) return complain(built.errors.front(), EX_CONFIG);
    hold_stdio_session(built.gate->smtp, built.gate->policy.directory, maildrop);
    return EX_OK;
  }
  auto sender = sender_of(options, settings.live.hostname);
  if (!sender) return complain(sender.error(), EX_USAGE);
  std::vector<Address> recipients;
  for (auto const& text : options.recipients) {
    auto addresses = wire::parse_address_list(text, settings.live.hostname);
    if (!addresses) return complain(addresses.error(), EX_DATAERR);
    recipients.insert(recipients.end(), addresses->begin(), addresses->end());
  }
  if (recipients.empty() && !options.reads_recipients)
    return complain("no recipients: name them, or let them be read from the message with -t", EX_USAGE);
  auto const text = read_input(settings.live.smtp.max_message_size, options.dot_ends);
  if (!text) return complain(text.error(), EX_DATAERR);
  wire::SubmissionContext const context{
      *sender ? (*sender)->print() : user_name() + "@" + settings.live.hostname,
      options.full_name,
      settings.live.hostname,
      unique_part(),
      net::wall_clock(),
      options.reads_recipients};
  auto submission = wire::prepare_submission(*text, context);
  if (!submission) return complain(submission.error(), EX_DATAERR);
  recipients.insert(recipients.end(), submission->recipients.begin(), submission->recipients.end());
  if (recipients.empty()) return complain("the message names no recipients in To, Cc or Bcc", EX_NOUSER);
  wire::DroppedMessage message;
  message.mail.reverse_path = std::move(*sender);
  message.mail.ret = options.ret;
  message.mail.envid = options.envid;
  if (!is_ascii(submission->content)) message.mail.body = wire::Body::eight_bit_mime;
  for (auto& recipient : recipients) {
    message.mail.smtputf8 = message.mail.smtputf8 || recipient.needs_smtputf8();
    message.recipients.push_back({std::move(recipient), options.notify, {}});
  }
  message.content = std::move(submission->content);
  if (auto const left = leave_message(maildrop, message); !left)
    return complain("the message could not be left for the server: " + left.error(), EX_TEMPFAIL);
  return EX_OK;
}

// What of sendmail's options means something here; the others are taken and passed over, as Postfix and Exim
// do.
int run_sendmail(std::vector<std::string> const& arguments) {
  SendOptions options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view const argument = arguments[i];
    if (argument == "--") {
      options.recipients.insert(options.recipients.end(),
                                arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      break;
    }
    if (argument.size() < 2 || argument.front() != '-') {
      options.recipients.emplace_back(argument);
      continue;
    }
    char const flag = argument[1];
    std::string value(argument.substr(2));
    bool const may_follow = std::string_view("fFrCNRVBhLOpXA").find(flag) != std::string_view::npos;
    if (value.empty() && may_follow && i + 1 < arguments.size()) value = arguments[++i];
    switch (flag) {
      case 'f':
      case 'r': options.sender = value; break;
      case 'F': options.full_name = value; break;
      case 'C': options.config = value; break;
      case 't': options.reads_recipients = true; break;
      case 'i': options.dot_ends = false; break;
      case 'o':
        if (value == "i") options.dot_ends = false;
        break;
      case 'N': {
        auto const notify = wire::Notify::parse(value);
        if (!notify) return complain("-N " + value + ": " + notify.error().what, EX_USAGE);
        options.notify = *notify;
        break;
      }
      case 'R': options.ret = istarts_with(value, "full") ? wire::Ret::full : wire::Ret::headers; break;
      case 'V': options.envid = value; break;
      case 'b':
        if (value == "s") options.smtp = true;
        if (value == "p") return run_queue({.config = options.config, .action = QueueAction::list});
        if (value == "i") return EX_OK;  // newaliases: aliases are in the configuration
        if (!value.empty() && std::string_view("msp").find(value.front()) == std::string_view::npos)
          return complain("-b" + value + " is not done here; -bm, -bs and -bp are", EX_USAGE);
        break;
      default:
        if (std::string_view("BhLOpXqdAMnDvGUm").find(flag) == std::string_view::npos)
          return complain("unknown option " + std::string(argument), EX_USAGE);
    }
  }
  return run_send(options);
}

}  // namespace postern::app

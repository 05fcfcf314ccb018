#include "app/commands/sendmail_options.hpp"

#include <utility>

#include "base/ascii.hpp"

namespace postern::app {
namespace {

enum class FlagTakes : std::uint8_t { unknown, nothing, argument, rest_of_word };

constexpr std::string_view flags_with_argument = "ABCDFLMNORVXabefhopr";
constexpr std::string_view flags_with_rest = "Qdq";  // -q, -q5m; what follows is not theirs
constexpr std::string_view flags_alone = "GITUcimnstvx";

FlagTakes flag_takes(char flag) {
  auto const is_in = [flag](std::string_view flags) { return flags.find(flag) != std::string_view::npos; };
  if (is_in(flags_with_argument)) return FlagTakes::argument;
  if (is_in(flags_with_rest)) return FlagTakes::rest_of_word;
  return is_in(flags_alone) ? FlagTakes::nothing : FlagTakes::unknown;
}

using Taken = Result<void, std::string>;

class SendmailParser {
 public:
  Result<SendmailCommand, std::string> parse(std::span<std::string const> arguments) {
    for (left_ = arguments; !left_.empty();) {
      std::string_view const word = left_.front();
      left_ = left_.subspan(1);
      if (word == "--") {
        options().recipients.insert(options().recipients.end(), left_.begin(), left_.end());
        break;
      }
      if (word.size() < 2 || word.front() != '-')
        options().recipients.emplace_back(word);
      else if (auto const taken = take_word(word.substr(1)); !taken)
        return fail(taken.error());
    }
    return finished();
  }

 private:
  SendOptions& options() { return command_.options; }

  Taken take_word(std::string_view flags) {
    while (!flags.empty()) {
      char const flag = flags.front();
      flags.remove_prefix(1);
      std::string_view value;
      switch (flag_takes(flag)) {
        case FlagTakes::unknown: return fail("unknown option -" + printable(std::string_view(&flag, 1)));
        case FlagTakes::nothing: break;
        case FlagTakes::rest_of_word: value = std::exchange(flags, {}); break;
        case FlagTakes::argument:
          if (flags.empty() && left_.empty())
            return fail("option -" + std::string(1, flag) + " needs an argument");
          value = std::exchange(flags, {});
          if (value.empty()) {
            value = left_.front();
            left_ = left_.subspan(1);
          }
          break;
      }
      if (auto const taken = take(flag, value); !taken) return taken;
    }
    return {};
  }

  Taken take(char flag, std::string_view value) {
    switch (flag) {
      case 'f':
      case 'r': options().sender = std::string(value); return {};
      case 'F': options().full_name = value; return {};
      case 'C': options().config = value; return {};
      case 't': options().reads_recipients = true; return {};
      case 'i': options().dot_ends = false; return {};
      case 'I': command_.mode = SendmailMode::rebuild_aliases; return {};
      case 'q': retries_ = true; return {};
      case 'o': return take_setting(value);
      case 'O': return take_named_setting(value);
      case 'N': return take_notify(value);
      case 'R': return take_ret(value);
      case 'V': return take_envid(value);
      case 'b': return take_mode(value);
      default: return {};
    }
  }

  Taken take_mode(std::string_view value) {
    switch (value.empty() ? '\0' : value.front()) {
      case 'm': command_.mode = SendmailMode::deliver; return {};
      case 's': command_.mode = SendmailMode::smtp; return {};
      case 'p':
      case 'P': command_.mode = SendmailMode::list_queue; return {};
      case 'i': command_.mode = SendmailMode::rebuild_aliases; return {};
      case 'd':
      case 'D': return fail(std::string("-bd: the server is run by `postern serve`"));
      default: return fail("-b" + printable(value, 20) + " is not done here: -bm, -bs, -bp and -bi are");
    }
  }

  // "-oi", "-oifalse"; the others have no meaning here.
  Taken take_setting(std::string_view value) {
    if (!value.empty() && value.front() == 'i') set_ignore_dots(value.substr(1));
    return {};
  }

  Taken take_named_setting(std::string_view value) {  // "IgnoreDots=true"
    auto const equals = value.find('=');
    if (iequals(trimmed(value.substr(0, equals)), "IgnoreDots"))
      set_ignore_dots(equals == std::string_view::npos ? std::string_view()
                                                       : trimmed(value.substr(equals + 1)));
    return {};
  }

  void set_ignore_dots(std::string_view value) {
    bool const no = istarts_with(value, "f") || istarts_with(value, "n");
    options().dot_ends = no;
  }

  Taken take_notify(std::string_view value) {
    auto const notify = wire::Notify::parse(value);
    if (!notify || value.empty())
      return fail("-N " + in_quotes(printable(value, 100)) +
                  ": write never, or some of success,failure,delay");
    options().notify = *notify;
    return {};
  }

  Taken take_ret(std::string_view value) {
    bool const full = iequals(value, "full");
    if (!full && !iequals(value, "hdrs"))
      return fail("-R " + in_quotes(printable(value, 100)) + ": write full or hdrs");
    options().ret = full ? wire::Ret::full : wire::Ret::headers;
    return {};
  }

  Taken take_envid(std::string_view value) {  // judged as MAIL's parameter is
    auto const mail = wire::parse_mail("FROM:<> ENVID=" + std::string(value));
    if (!mail || mail->envid != value)
      return fail("-V " + in_quotes(printable(value, 100)) +
                  ": not an envelope id, which is xtext of 100 characters at most (RFC 3461 section 4.4)");
    options().envid = value;
    return {};
  }

  Result<SendmailCommand, std::string> finished() {
    bool const names_recipients = !options().recipients.empty();
    bool const sends = names_recipients || options().reads_recipients;
    switch (command_.mode) {
      case SendmailMode::deliver:
        if (retries_ && !sends) command_.mode = SendmailMode::retry_queue;
        break;
      case SendmailMode::smtp:
        if (names_recipients)
          return fail(std::string("-bs takes no recipients: they are named in the conversation"));
        break;
      case SendmailMode::list_queue:
      case SendmailMode::retry_queue:
      case SendmailMode::rebuild_aliases:
        if (sends) return fail(std::string("recipients are given, but -bp, -bi and -I send nothing"));
        break;
    }
    return std::move(command_);
  }

  std::span<std::string const> left_;
  SendmailCommand command_;
  bool retries_ = false;  // -q
};

}  // namespace

Result<SendmailCommand, std::string> parse_sendmail(std::span<std::string const> arguments) {
  return SendmailParser().parse(arguments);
}

std::optional<std::vector<std::string>> sendmail_arguments(std::string_view program,
                                                           std::span<std::string const> arguments) {
  auto const name = program.substr(program.rfind('/') + 1);  // npos + 1 is 0
  std::vector<std::string> out;
  if (name == "mailq") {
    out.emplace_back("-bp");
  } else if (name == "newaliases") {
    out.emplace_back("-bi");
  } else if (name != "sendmail") {
    if (arguments.empty() || arguments.front() != "sendmail") return std::nullopt;
    arguments = arguments.subspan(1);
  }
  out.insert(out.end(), arguments.begin(), arguments.end());
  return out;
}

}  // namespace postern::app

#include "wire/rcpt_command.hpp"

#include "base/ascii.hpp"
#include "wire/dsn_parameters.hpp"
#include "wire/esmtp_parameters.hpp"
#include "wire/path.hpp"

namespace postern::wire {
namespace {

using Kind = ArgumentError::Kind;

}  // namespace

std::string Notify::print() const {
  if (!said) return {};
  std::string out;
  auto const add = [&](bool set, std::string_view word) {
    if (set) out += (out.empty() ? "" : ",") + std::string(word);
  };
  add(success, "SUCCESS");
  add(failure, "FAILURE");
  add(delay, "DELAY");
  return out.empty() ? "NEVER" : out;
}

Result<Notify, ArgumentError> Notify::parse(std::string_view value) {
  Notify notify;
  notify.said = true;
  if (iequals(value, "NEVER")) return notify;
  for (std::string_view left = value; !left.empty();) {
    auto const comma = left.find(',');
    auto const word = left.substr(0, comma);
    if (iequals(word, "SUCCESS"))
      notify.success = true;
    else if (iequals(word, "FAILURE"))
      notify.failure = true;
    else if (iequals(word, "DELAY"))
      notify.delay = true;
    else
      return fail(ArgumentError{Kind::bad_parameter, "bad value for NOTIFY"});
    left = comma == std::string_view::npos ? std::string_view() : left.substr(comma + 1);
  }
  return notify;
}

Result<RcptCommand, ArgumentError> parse_rcpt(std::string_view argument) {
  if (!istarts_with(argument, "TO:")) return fail(ArgumentError{Kind::syntax, "expected RCPT TO:<address>"});
  Cursor at(argument.substr(3));
  at.take_while(is_blank);
  auto path = forward_path(at);
  if (!path) return fail(ArgumentError{Kind::path, std::string(explain(path.error()))});
  RcptCommand rcpt{.forward_path = std::move(*path)};
  while (auto const parameter = next_parameter(at)) {
    auto const& keyword = parameter->keyword;
    auto const& value = parameter->value;
    if (keyword.empty()) return fail(ArgumentError{Kind::bad_parameter, "malformed parameter"});
    if (iequals(keyword, "NOTIFY")) {
      auto const notify = Notify::parse(value);
      if (!notify) return fail(notify.error());
      if (rcpt.notify.said || value.empty())
        return fail(ArgumentError{Kind::bad_parameter, "bad value for NOTIFY"});
      rcpt.notify = *notify;
    } else if (iequals(keyword, "ORCPT")) {
      if (rcpt.orcpt.empty()) rcpt.orcpt = read_orcpt(value).value_or("");
    } else {
      return fail(ArgumentError{Kind::unknown_parameter, "unknown parameter " + printable(keyword, 32)});
    }
  }
  return rcpt;
}

}  // namespace postern::wire

#include "wire/mail_command.hpp"

#include <charconv>

#include "base/ascii.hpp"
#include "wire/dsn_parameters.hpp"
#include "wire/esmtp_parameters.hpp"
#include "wire/path.hpp"

namespace postern::wire {
namespace {

using Kind = ArgumentError::Kind;

std::string named(std::string_view keyword) { return printable(keyword, 32); }

Result<void, ArgumentError> bad(Parameter const& parameter) {
  return fail(ArgumentError{Kind::bad_parameter, "bad value for " + named(parameter.keyword)});
}

Result<void, ArgumentError> size(MailCommand& mail, Parameter const& parameter) {
  std::uint64_t bytes = 0;
  auto const* end = parameter.value.data() + parameter.value.size();
  auto const [at, error] = std::from_chars(parameter.value.data(), end, bytes);
  if (error != std::errc{} || at != end || mail.size || parameter.value.size() > 20) return bad(parameter);
  mail.size = bytes;
  return {};
}

Result<void, ArgumentError> apply(MailCommand& mail, Parameter const& parameter) {
  auto const& [keyword, value, has_value] = parameter;
  if (iequals(keyword, "SIZE")) return size(mail, parameter);
  if (iequals(keyword, "BODY")) {
    auto const body = parse_word<Body>(lowered(value));
    if (!body || mail.body) return bad(parameter);
    mail.body = body;
  } else if (iequals(keyword, "SMTPUTF8")) {
    if (has_value) return bad(parameter);
    mail.smtputf8 = true;
  } else if (iequals(keyword, "REQUIRETLS")) {
    if (has_value) return bad(parameter);
    mail.requiretls = true;
  } else if (iequals(keyword, "RET")) {
    if (mail.ret != Ret::unsaid) return bad(parameter);
    if (iequals(value, "FULL"))
      mail.ret = Ret::full;
    else if (iequals(value, "HDRS"))
      mail.ret = Ret::headers;
    else
      return bad(parameter);
  } else if (iequals(keyword, "ENVID")) {
    if (mail.envid.empty()) mail.envid = read_envid(value).value_or("");
  } else if (!iequals(keyword, "AUTH")) {
    return fail(ArgumentError{Kind::unknown_parameter, "unknown parameter " + named(keyword)});
  }
  return {};
}

}  // namespace

Words<Body> words_of(Body) {
  static constexpr Word<Body> words[] = {
      {Body::seven_bit, "7bit"}, {Body::eight_bit_mime, "8bitmime"}, {Body::binary_mime, "binarymime"}};
  static_assert(is_complete(words));
  return words;
}

Result<MailCommand, ArgumentError> parse_mail(std::string_view argument) {
  if (!istarts_with(argument, "FROM:"))
    return fail(ArgumentError{Kind::syntax, "expected MAIL FROM:<address>"});
  Cursor at(argument.substr(5));
  at.take_while(is_blank);
  auto path = reverse_path(at);
  if (!path) return fail(ArgumentError{Kind::path, std::string(explain(path.error()))});
  MailCommand mail;
  mail.reverse_path = std::move(*path);
  while (auto const parameter = next_parameter(at)) {
    if (parameter->keyword.empty()) return fail(ArgumentError{Kind::bad_parameter, "malformed parameter"});
    auto const taken = apply(mail, *parameter);
    if (!taken) return fail(taken.error());
  }
  return mail;
}

}  // namespace postern::wire

// MAIL's argument: "FROM:" Reverse-path [SP Mail-parameters] (RFC 5321 section 4.1.1.2) with SIZE (RFC 1870),
// BODY (RFC 6152, RFC 3030), SMTPUTF8 (RFC 6531), RET and ENVID (RFC 3461 section 4.3, 4.4), REQUIRETLS (RFC
// 8689). AUTH (RFC 4954 section 5) is taken and not looked at, whether AUTH is offered or not: no client
// proves anything by it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "base/result.hpp"
#include "base/words.hpp"

namespace postern::wire {

enum class Body : std::uint8_t { seven_bit, eight_bit_mime, binary_mime };
Words<Body> words_of(Body);  // lower case: "7bit", "8bitmime", "binarymime"
using postern::print;
enum class Ret : std::uint8_t { unsaid, full, headers };

struct MailCommand {
  std::optional<Address> reverse_path;  // absent: the null sender
  std::optional<std::uint64_t> size;    // bytes, as declared
  std::optional<Body> body;
  bool smtputf8 = false;
  bool requiretls = false;
  Ret ret = Ret::unsaid;
  std::string
      envid;  // xtext, 100 characters at most; empty: not said, or not to be read (wire/dsn_parameters)
};

struct ArgumentError {
  enum class Kind : std::uint8_t { syntax, path, bad_parameter, unknown_parameter } kind;
  std::string what;  // for the reply
};

Result<MailCommand, ArgumentError> parse_mail(std::string_view argument);

}  // namespace postern::wire

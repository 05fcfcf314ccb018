// The keyword=value parameters behind a path (RFC 5321 section 4.1.2) and the xtext in them (RFC 3461
// section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/cursor.hpp"

namespace postern::wire {

struct Parameter {
  std::string_view keyword;
  std::string_view value;
  bool has_value = false;
};

// The next one, after the blanks before it; absent at the end of the line. A malformed one has an empty
// keyword; so has one with a control character.
std::optional<Parameter> next_parameter(Cursor& at);

std::optional<std::string> decode_xtext(std::string_view text);  // absent when it is none

// What is meant by text in the place of xtext, as others write it: with hexadecimal digits in either case,
// and with "+" and "=" that stand for themselves. A "+" with two hexadecimal digits that would stand for
// anything but printable ASCII stands for itself, too.
std::string decode_sloppy_xtext(std::string_view text);
std::string encode_xtext(std::string_view text);

}  // namespace postern::wire

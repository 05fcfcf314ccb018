// The keyword=value parameters behind a path (RFC 5321 section 4.1.2) and the xtext in them (RFC 3461
// section 4). Whoever sends a message on repeats its xtext as it was written, so nothing here encodes it.
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
// keyword.
std::optional<Parameter> next_parameter(Cursor& at);

std::optional<std::string> decode_xtext(std::string_view text);  // absent when it is none

}  // namespace postern::wire

// Reverse- and forward-paths of MAIL and RCPT (RFC 5321 section 4.1.2), with UTF-8 (RFC 6531 section 3.3).
// Source routes are read and forgotten (RFC 5321 appendix C). A mailbox without its angle brackets is taken:
// old devices send it. Bounds: local part 256 octets (the RFC asks for at least 64), domain 255.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/address.hpp"
#include "base/result.hpp"
#include "wire/cursor.hpp"

namespace postern::wire {

enum class PathError : std::uint8_t {
  no_bracket,
  no_at_sign,
  bad_local_part,
  local_part_too_long,
  bad_domain,
  bad_literal,
  bad_utf8,
  trailing_text
};

std::string_view explain(PathError error);  // a phrase for the reply: "the domain is not a domain name"

// Absent address: the null reverse-path "<>".
Result<std::optional<Address>, PathError> reverse_path(Cursor& at);

// Takes the bare "<postmaster>" (RFC 5321 section 4.5.1).
Result<Address, PathError> forward_path(Cursor& at);

// A mailbox alone, as configuration and command lines have it.
Result<Address, PathError> parse_mailbox(std::string_view text);

}  // namespace postern::wire

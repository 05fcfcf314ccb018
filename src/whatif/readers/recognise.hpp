// Which reader an input is for, seen by its content.
#pragma once

#include <optional>
#include <string_view>

#include "whatif/readers/format.hpp"

namespace postern::whatif {

// By the first bytes of an input (64 KiB do): the first reader, in order of Format, that knows the head of
// its inputs; if there is none, the one of whose form most of the first 500 lines are. Absent: nothing we can
// read.
std::optional<Format> recognise(std::string_view start);

// Whether it is a TLS report (RFC 8460 section 4.4), which tells nothing of mail in plaintext.
bool is_tls_report(std::string_view start);

}  // namespace postern::whatif

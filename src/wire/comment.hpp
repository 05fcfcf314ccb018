// Comments in header fields, which mean nothing (RFC 5322 section 3.2.2): "(of (another) colour)".
#pragma once

#include "wire/cursor.hpp"

namespace postern::wire {

// `at` stands at its opening parenthesis. They nest; one that does not end reaches to the end.
void skip_comment(Cursor& at);

}  // namespace postern::wire

// Text as a phrase of a header field (RFC 5322 section 3.2.5), such as the name before an address.
#pragma once

#include <string>
#include <string_view>

namespace postern::wire {

// ASCII in quotes; anything else as encoded-words (RFC 2047 section 2), each on a line of its own, in UTF-8
// or, where it is not that, in "unknown-8bit", the charset of RFC 1428. Control characters become "?". The
// first line is short enough for a field name of 10 characters before it. At most 100 bytes of ASCII and 400
// of other text are kept.
std::string phrase(std::string_view text);

}  // namespace postern::wire

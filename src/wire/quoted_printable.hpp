// Quoted-printable (RFC 2045 section 6.7): text in which all is printable ASCII and no line is longer than 76
// characters. Line ends (CRLF) stay line ends; a CR or LF alone is encoded as the byte it is.
#pragma once

#include <string>
#include <string_view>

namespace postern::wire {

std::string quoted_printable(std::string_view text);

}  // namespace postern::wire

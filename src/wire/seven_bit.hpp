// Converts a message to 7 bits, as a server without 8BITMIME needs it (RFC 6152 section 3): parts with 8-bit
// text become quoted-printable. Nothing else changes, so that every part decodes to what it was. Bounds: ten
// multiparts deep.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

// `message`: lines end with CRLF. Absent where MIME knows no way: 8-bit header fields, messages within
// messages (RFC 2046 section 5.2.1), 8-bit text around the parts or in what is encoded already.
std::optional<std::string> to_seven_bit(std::string_view message);

}  // namespace postern::wire

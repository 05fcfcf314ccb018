// Bytes as base64 (RFC 4648 section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern {

std::string base64(std::string_view bytes);
// Blanks and line ends are passed over; absent when anything else is wrong.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace postern

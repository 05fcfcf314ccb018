// Bytes compressed as gzip (RFC 1952) and back, by zlib, or in zlib's own format (RFC 1950).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

std::string gzip(std::string_view bytes);
std::string zlib_compressed(std::string_view bytes);  // what browsers call "deflate"
// All members, one after another (RFC 1952 section 2.2); what follows the last one is passed over, like the
// zeros with which some programs pad. Absent when it is not gzip, is cut off, or would be larger than `limit`
// bytes.
std::optional<std::string> gunzip(std::string_view bytes, std::size_t limit);
bool is_gzip(std::string_view bytes);  // by its first bytes

}  // namespace postern::wire

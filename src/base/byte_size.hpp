// Sizes in bytes as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

// "4096", "64KiB", "50MiB", "2GiB". Absent when it is none of these or does not fit.
std::optional<std::uint64_t> parse_byte_size(std::string_view text);
std::string print_byte_size(std::uint64_t bytes);  // the largest unit that divides it

}  // namespace postern

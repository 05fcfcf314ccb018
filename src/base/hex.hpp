// Bytes as hexadecimal digits.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace postern {

std::string hex(std::span<std::uint8_t const> bytes);  // lower case, two digits per byte

}  // namespace postern

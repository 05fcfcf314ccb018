// Bytes as hexadecimal digits.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/ascii.hpp"

namespace postern {

std::string hex(std::span<std::uint8_t const> bytes);  // lower case, two digits per byte

// The value of a digit of either case; -1: it is none.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  char const low = to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

}  // namespace postern

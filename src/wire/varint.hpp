// Whole numbers in as few bytes as they need: seven bits per byte, the lowest first, the highest bit set when
// another byte follows (LEB128); numbers with a sign by zigzag (0, -1, 1, -2, ...).
// Bounds: at most ten bytes; a longer one makes the reader fail.
#pragma once

#include <cstdint>
#include <string>

#include "wire/binary.hpp"

namespace postern::wire {

inline void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7F) | 0x80);
  out += static_cast<char>(value);
}

inline std::uint64_t get_varint(BinaryReader& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    auto const byte = in.get<std::uint8_t>();
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  in.fail();
  return 0;
}

inline void put_signed_varint(std::string& out, std::int64_t value) {
  put_varint(out, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

inline std::int64_t get_signed_varint(BinaryReader& in) {
  auto const value = get_varint(in);
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

}  // namespace postern::wire

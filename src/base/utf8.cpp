#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace postern {
namespace {

// Length of the sequence that `lead` begins, 0 when it begins none; `lowest` is the smallest value it may
// encode.
std::size_t sequence_length(std::uint8_t lead, std::uint32_t& value, std::uint32_t& lowest) {
  if (lead < 0x80) return value = lead, lowest = 0, 1;
  if (lead >= 0xC2 && lead < 0xE0) return value = lead & 0x1FU, lowest = 0x80, 2;
  if (lead >= 0xE0 && lead < 0xF0) return value = lead & 0x0FU, lowest = 0x800, 3;
  if (lead >= 0xF0 && lead < 0xF5) return value = lead & 0x07U, lowest = 0x10000, 4;
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::uint32_t value = 0;
    std::uint32_t lowest = 0;
    std::size_t const length = sequence_length(static_cast<std::uint8_t>(text[i]), value, lowest);
    if (length == 0 || length > text.size() - i) return false;
    for (std::size_t k = 1; k < length; ++k) {
      auto const next = static_cast<std::uint8_t>(text[i + k]);
      if ((next & 0xC0U) != 0x80U) return false;
      value = (value << 6) | (next & 0x3FU);
    }
    if (value < lowest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

}  // namespace postern

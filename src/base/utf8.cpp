#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace postern {
namespace {

struct Sequence {
  std::size_t length = 0;    // bytes; 0: the lead begins none
  std::uint32_t value = 0;   // what the lead says of the code point
  std::uint32_t lowest = 0;  // the smallest code point that may be written at this length
};

Sequence begun_by(std::uint8_t lead) {
  if (lead < 0x80) return {.length = 1, .value = lead, .lowest = 0};
  if (lead >= 0xC2 && lead < 0xE0) return {.length = 2, .value = lead & 0x1FU, .lowest = 0x80};
  if (lead >= 0xE0 && lead < 0xF0) return {.length = 3, .value = lead & 0x0FU, .lowest = 0x800};
  if (lead >= 0xF0 && lead < 0xF5) return {.length = 4, .value = lead & 0x07U, .lowest = 0x10000};
  return {};
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto [length, value, lowest] = begun_by(static_cast<std::uint8_t>(text[i]));
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

#include "wire/bdat_command.hpp"

#include <charconv>

#include "base/ascii.hpp"
#include "wire/cursor.hpp"

namespace postern::wire {

std::optional<BdatCommand> parse_bdat(std::string_view argument) {
  Cursor at(argument);
  auto const digits = at.take_while(is_digit);
  BdatCommand bdat;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bdat.size);
  if (digits.empty() || error != std::errc{}) return std::nullopt;
  auto const word = trimmed(at.rest());
  if (word.empty()) return bdat;
  if (!is_blank(at.peek()) || !iequals(word, "LAST")) return std::nullopt;
  bdat.last = true;
  return bdat;
}

}  // namespace postern::wire

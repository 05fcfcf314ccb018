#include "whatif/readers/key_values.hpp"

#include <algorithm>
#include <optional>

#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

// The value of the next such key from `at` on, which is moved behind it.
std::optional<std::string_view> next_value(std::string_view line, std::string_view key, std::size_t& at) {
  while (at < line.size()) {
    at = std::min(line.find_first_not_of(" ,", at), line.size());
    auto const equals = std::min(line.find_first_of("= ", at), line.size());
    if (equals == line.size() || line[equals] == ' ') {
      at = equals;
      continue;
    }
    auto const name = line.substr(at, equals - at);
    auto const value = value_at(line, equals + 1, " ");
    at = value.end;
    if (name == key) return value.text;
  }
  return std::nullopt;
}

}  // namespace

std::string_view key_value(std::string_view line, std::string_view key) {
  std::size_t at = 0;
  return next_value(line, key, at).value_or(std::string_view());
}

bool is_repeated(std::string_view line, std::string_view key) {
  std::size_t at = 0;
  return next_value(line, key, at) && next_value(line, key, at);
}

}  // namespace postern::whatif

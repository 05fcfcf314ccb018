#include "whatif/readers/key_values.hpp"

#include <algorithm>
#include <optional>

namespace postern::whatif {
namespace {

// Where the quoted text that begins at `at` ends: at its closing quote. A quote behind a backslash is part of
// it.
std::size_t quote_end(std::string_view line, std::size_t at) {
  for (++at; at < line.size() && line[at] != '"'; ++at)
    if (line[at] == '\\') ++at;
  return std::min(at, line.size());
}

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
    auto const begin = equals + 1;
    bool const quoted = begin < line.size() && line[begin] == '"';
    auto const end = quoted ? quote_end(line, begin) : std::min(line.find(' ', begin), line.size());
    at = quoted ? std::min(end + 1, line.size()) : end;
    if (name == key) return line.substr(begin + (quoted ? 1 : 0), end - begin - (quoted ? 1 : 0));
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

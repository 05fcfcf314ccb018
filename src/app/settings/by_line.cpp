#include "app/settings/by_line.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

namespace postern::app {
namespace {

int line_told(std::string_view message, std::string_view file) {
  constexpr int none = std::numeric_limits<int>::max();
  if (!message.starts_with(file)) return none;
  message.remove_prefix(file.size());
  if (!message.starts_with(':')) return none;
  int line = 0;
  auto const* end = message.data() + message.size();
  auto const [behind, error] = std::from_chars(message.data() + 1, end, line);
  return error == std::errc() && behind != end && *behind == ':' ? line : none;
}

}  // namespace

void sort_by_line(std::vector<std::string>& messages, std::string_view file) {
  std::stable_sort(messages.begin(), messages.end(), [file](std::string const& a, std::string const& b) {
    return line_told(a, file) < line_told(b, file);
  });
}

}  // namespace postern::app

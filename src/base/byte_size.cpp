#include "base/byte_size.hpp"

#include <array>
#include <charconv>

namespace postern {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t bytes;
};

constexpr std::array<Unit, 4> units{{{"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}, {"", 1}}};
static_assert(units.back().bytes == 1, "whatever is not divided by the others is divided by the last");

}  // namespace

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
  std::uint64_t count = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  std::string_view const suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  for (auto const& unit : units)
    if (unit.suffix == suffix) {
      if (count > UINT64_MAX / unit.bytes) return std::nullopt;
      return count * unit.bytes;
    }
  return std::nullopt;
}

std::string print_byte_size(std::uint64_t bytes) {
  for (auto const& unit : units)
    if (bytes != 0 && bytes % unit.bytes == 0)
      return std::to_string(bytes / unit.bytes) + std::string(unit.suffix);
  return "0";
}

}  // namespace postern

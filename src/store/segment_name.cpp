#include "store/segment_name.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace postern::store {
namespace {

constexpr std::string_view segment_ending = ".segment";
constexpr std::string_view set_aside_ending = ".damaged";  // behind the other

bool take_ending(std::string_view& name, std::string_view ending) {
  if (name.size() < ending.size() || name.substr(name.size() - ending.size()) != ending) return false;
  name.remove_suffix(ending.size());
  return true;
}

}  // namespace

std::string print(SegmentName const& name) {
  std::array<char, 32> number{};
  std::snprintf(number.data(), number.size(), "%016llx", static_cast<unsigned long long>(name.number));
  std::string printed = number.data();
  printed += segment_ending;
  if (name.set_aside) printed += set_aside_ending;
  return printed;
}

std::optional<SegmentName> parse_segment_name(std::string_view name) {
  SegmentName parsed;
  parsed.set_aside = take_ending(name, set_aside_ending);
  if (!take_ending(name, segment_ending) || name.empty()) return std::nullopt;
  auto const* end = name.data() + name.size();
  auto const read = std::from_chars(name.data(), end, parsed.number, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return parsed;
}

}  // namespace postern::store

#include "base/instant.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace postern {
namespace {

struct Unit {
  std::string_view suffix;
  std::int64_t micros;
};

constexpr std::array<Unit, 6> units{{{"w", 604'800'000'000},
                                     {"d", 86'400'000'000},
                                     {"h", 3'600'000'000},
                                     {"m", 60'000'000},
                                     {"s", 1'000'000},
                                     {"ms", 1'000}}};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0) return std::nullopt;
  std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  if (suffix.empty()) suffix = "s";
  for (auto const& unit : units)
    if (unit.suffix == suffix) {
      if (count > INT64_MAX / 2 / unit.micros) return std::nullopt;
      return Duration(count * unit.micros);
    }
  return std::nullopt;
}

std::string print_duration(Duration span) {
  std::int64_t const micros = span.count();
  if (micros == 0) return "0s";
  for (auto const& unit : units)
    if (micros % unit.micros == 0 && unit.suffix != "w")
      return std::to_string(micros / unit.micros) + std::string(unit.suffix);
  return std::to_string(micros / 1000) + "ms";
}

std::string print_iso8601(Instant at) {
  std::int64_t const micros = to_micros(at);
  std::int64_t seconds = micros / 1'000'000;
  std::int64_t rest = micros % 1'000'000;
  if (rest < 0) rest += 1'000'000, --seconds;
  std::time_t const when = seconds;
  std::tm parts{};
  ::gmtime_r(&when, &parts);
  std::array<char, 80> text{};
  int const length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                   parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                                   parts.tm_min, parts.tm_sec, static_cast<int>(rest / 1000));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace postern

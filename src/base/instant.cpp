#include "base/instant.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace postern {
namespace {

struct TimeUnit {
  std::string_view suffix;
  std::int64_t micros;
};

constexpr std::array<TimeUnit, 6> time_units{{{"w", 604'800'000'000},
                                              {"d", 86'400'000'000},
                                              {"h", 3'600'000'000},
                                              {"m", 60'000'000},
                                              {"s", 1'000'000},
                                              {"ms", 1'000}}};

static_assert(time_units.back().micros != 0, "there are six of them");

// snprintf costs more than the rest of a log line.
void append_padded(std::string& out, int value, int width) {
  std::string const digits = std::to_string(value);
  out.append(static_cast<std::size_t>(std::max(0, width - static_cast<int>(digits.size()))), '0');
  out += digits;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0) return std::nullopt;
  std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  if (suffix.empty()) suffix = "s";
  for (auto const& unit : time_units)
    if (unit.suffix == suffix) {
      if (count > INT64_MAX / 2 / unit.micros) return std::nullopt;
      return Duration(count * unit.micros);
    }
  return std::nullopt;
}

std::string print_duration(Duration span) {
  std::int64_t const micros = span.count();
  if (micros == 0) return "0s";
  for (auto const& unit : time_units)
    if (micros % unit.micros == 0 && unit.suffix != "w")
      return std::to_string(micros / unit.micros) + std::string(unit.suffix);
  return std::to_string(micros / 1000) + "ms";
}

std::string print_iso8601(Instant at) {
  std::int64_t const micros = to_micros(at);
  std::int64_t seconds = micros / 1'000'000;
  std::int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  std::time_t const when = seconds;
  std::tm parts{};
  ::gmtime_r(&when, &parts);
  std::string out;
  append_padded(out, parts.tm_year + 1900, 4);
  append_padded(out += '-', parts.tm_mon + 1, 2);
  append_padded(out += '-', parts.tm_mday, 2);
  append_padded(out += 'T', parts.tm_hour, 2);
  append_padded(out += ':', parts.tm_min, 2);
  append_padded(out += ':', parts.tm_sec, 2);
  append_padded(out += '.', static_cast<int>(rest / 1000), 3);
  return out += 'Z';
}

}  // namespace postern

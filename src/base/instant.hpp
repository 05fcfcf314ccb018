// Points in time and spans between them, in microseconds; the clock itself is handed in by the floors that
// may look at one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

using Duration = std::chrono::microseconds;
using Instant = std::chrono::time_point<std::chrono::system_clock, Duration>;

constexpr std::int64_t to_micros(Instant at) { return at.time_since_epoch().count(); }
constexpr Instant from_micros(std::int64_t micros) { return Instant(Duration(micros)); }

// "90s", "5m", "4h", "5d", "250ms"; a number alone is seconds. Absent when it is none of these or would
// overflow.
std::optional<Duration> parse_duration(std::string_view text);
std::string print_duration(Duration span);  // the largest unit that divides it: "5d", "90s"

std::string print_iso8601(Instant at);  // UTC, milliseconds: 2026-01-31T09:15:02.120Z

}  // namespace postern

// The forms of times that journalctl and the templates of syslog daemons write.
#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.hpp"
#include "whatif/readers/log_time.hpp"

namespace postern::whatif {
namespace {

constexpr std::array<std::string_view, 7> weekdays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

struct Zone {
  std::string_view name;
  int minutes;  // east of Greenwich
};
// Names that mean one thing only. Others (IST, CST) are read as the machine's own zone.
constexpr std::array zones{
    Zone{"UTC", 0},     Zone{"GMT", 0},     Zone{"WET", 0},    Zone{"WEST", 60},  Zone{"BST", 60},
    Zone{"CET", 60},    Zone{"CEST", 120},  Zone{"EET", 120},  Zone{"EEST", 180}, Zone{"SAST", 120},
    Zone{"MSK", 180},   Zone{"PKT", 300},   Zone{"WIB", 420},  Zone{"HKT", 480},  Zone{"AWST", 480},
    Zone{"JST", 540},   Zone{"KST", 540},   Zone{"ACST", 570}, Zone{"AEST", 600}, Zone{"ACDT", 630},
    Zone{"AEDT", 660},  Zone{"NZST", 720},  Zone{"NZDT", 780}, Zone{"EST", -300}, Zone{"EDT", -240},
    Zone{"CDT", -300},  Zone{"MST", -420},  Zone{"MDT", -360}, Zone{"PST", -480}, Zone{"PDT", -420},
    Zone{"AKST", -540}, Zone{"AKDT", -480}, Zone{"HST", -600},
};

// A number of seconds with a fraction: "1766354577.123456". Takes it off `text`.
std::optional<Duration> take_seconds(std::string_view& text) {
  std::int64_t seconds = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  auto at = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || seconds < 0 || seconds > 100'000'000'000 || at >= text.size() ||
      text[at] != '.')
    return std::nullopt;
  std::int64_t micros = 0;
  int places = 0;
  for (++at; at < text.size() && is_digit(text[at]); ++at) {
    if (places >= 6) continue;
    micros = micros * 10 + (text[at] - '0');
    ++places;
  }
  if (places == 0) return std::nullopt;
  for (; places < 6; ++places) micros *= 10;
  text.remove_prefix(at);
  return Duration(seconds * 1'000'000 + micros);
}

}  // namespace

// "Nov 23 14:47:30.123456"
std::optional<Instant> LogClock::take_precise(std::string_view& text) {
  auto const second = take_rfc3164(text);
  if (!second || text.size() < 2 || text[0] != '.' || !is_digit(text[1])) return second;
  std::string padded = "0";
  padded += text.substr(0, std::min<std::size_t>(text.find(' '), 20));
  std::string_view fraction = padded;
  auto const part = take_seconds(fraction);
  if (!part) return second;
  text.remove_prefix(padded.size() - fraction.size() - 1);
  last_ = *second + *part;
  return last_;
}

// "Sun 2025-12-21 22:02:57 UTC", also with a fraction
std::optional<Instant> LogClock::take_full(std::string_view& text) {
  if (text.size() < 24 || text[3] != ' ') return std::nullopt;
  bool is_weekday = false;
  for (auto const day : weekdays) is_weekday = is_weekday || text.starts_with(day);
  if (!is_weekday) return std::nullopt;
  auto rest = text.substr(4);
  auto at = take_iso(rest);
  if (!at) return std::nullopt;
  auto const taken = text.substr(4, text.size() - 4 - rest.size());
  bool const numeric_zone = taken.find_first_of("+-Z", 19) != std::string_view::npos;
  if (!numeric_zone && rest.starts_with(' ')) {  // in the zone of that name, if there is one
    auto const name = rest.substr(1, rest.find(' ', 1) - 1);
    for (auto const& zone : zones)
      if (zone.name == name) {
        *at += utc_offset_ - Duration(std::chrono::minutes(zone.minutes));
        break;
      }
    bool upper = name.size() >= 3 && name.size() <= 5;
    for (char const c : name) upper = upper && is_upper(c);
    if (upper) rest.remove_prefix(name.size() + 1);
  }
  text = rest;
  last_ = *at;
  return last_;
}

std::optional<Instant> LogClock::take_year_first(std::string_view& text) {
  if (text.size() < 20 || !is_digit(text[0])) return std::nullopt;
  if (text[4] == '/' && text[7] == '/') {  // "2026/11/23 14:47:30"
    std::string dashed(text.substr(0, 40));
    dashed[4] = dashed[7] = '-';
    std::string_view rest = dashed;
    auto const at = take_iso(rest);
    if (at) text.remove_prefix(dashed.size() - rest.size());
    return at;
  }
  if (text[4] != ' ' || text[11] != ' ') return std::nullopt;
  std::string year_behind(text.substr(5, 7));  // "2026 Nov 23 14:47:30" as "Nov 23 2026 14:47:30"
  year_behind += text.substr(0, 5);
  year_behind += text.substr(12, 8);
  std::string_view rest = year_behind;
  auto const at = take_rfc3164(rest);
  if (at) text.remove_prefix(20);
  return at;
}

// "1766354577.123456"
std::optional<Instant> LogClock::take_unix(std::string_view& text) {
  if (text.size() < 12 || !is_digit(text[0]) || text[10] != '.') return std::nullopt;
  auto const since_1970 = take_seconds(text);
  if (!since_1970) return std::nullopt;
  last_ = Instant(*since_1970);
  return last_;
}

// "[   12.345678]", "[   12.345678 <    0.000012 >]"
std::optional<Instant> LogClock::take_since_boot(std::string_view& text) {
  if (!text.starts_with('[')) return std::nullopt;
  auto const start = text.find_first_not_of(' ', 1);
  if (start == std::string_view::npos || !is_digit(text[start])) return std::nullopt;
  auto rest = text.substr(start);
  auto const since_boot = take_seconds(rest);
  auto const close = rest.substr(0, 40).find(']');
  if (!since_boot || close == std::string_view::npos) return std::nullopt;
  if (rest.substr(0, close).find_first_not_of(" <>.+0123456789") != std::string_view::npos)
    return std::nullopt;
  if (!first_since_boot_) first_since_boot_ = *since_boot;
  text = rest.substr(close + 1);
  last_ = reference_ + (*since_boot - *first_since_boot_);
  return last_;
}

std::optional<Instant> LogClock::take_any(std::string_view& text) {
  if (auto const at = take_precise(text)) return at;
  if (auto const at = take_iso(text)) return at;
  if (auto const at = take_full(text)) return at;
  if (auto const at = take_year_first(text)) return at;
  if (auto const at = take_unix(text)) return at;
  return take_since_boot(text);
}

}  // namespace postern::whatif

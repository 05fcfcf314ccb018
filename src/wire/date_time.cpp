#include "wire/date_time.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

constexpr std::array<char const*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static_assert(months.back() != nullptr, "there are twelve of them");

// The words of the date, split at blanks, commas and colons; comments left out. Bounds: eight.
std::array<std::string_view, 8> words_of(std::string_view text) {
  std::array<std::string_view, 8> words;
  std::size_t count = 0, start = 0;
  int depth = 0;
  bool in_word = false;
  for (std::size_t i = 0; i <= text.size() && count < words.size(); ++i) {
    char const c = i < text.size() ? text[i] : ' ';
    bool const ends =
        c == ' ' || c == '\t' || c == ',' || c == ':' || c == '\r' || c == '\n' || c == '(' || c == ')';
    if (in_word && ends) words[count++] = text.substr(start, i - start);
    if (c == '(') ++depth;
    if (!in_word && !ends && depth == 0) start = i;
    in_word = !ends && depth == 0;
    if (c == ')' && depth > 0) --depth;
  }
  return words;
}

std::optional<int> number(std::string_view text, int most) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  int value = 0;
  for (char const c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value <= most ? std::optional(value) : std::nullopt;
}

std::chrono::minutes zone_offset(std::string_view zone) {
  // clang-format off
  constexpr std::array<std::pair<char const*, int>, 8> old{{
      {"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}}};
  // clang-format on
  static_assert(old.back().first != nullptr, "there are eight of them");
  for (auto const& [name, hours] : old)
    if (iequals(zone, name)) return std::chrono::hours(hours);
  if (zone.size() != 5 || (zone[0] != '+' && zone[0] != '-')) return {};
  auto const value = number(zone.substr(1), 9999);
  if (!value) return {};
  auto const minutes = std::chrono::minutes(*value / 100 * 60 + *value % 100);
  return zone[0] == '-' ? -minutes : minutes;
}

}  // namespace

std::optional<Instant> parse_date_time(std::string_view text) {
  namespace c = std::chrono;
  auto const words = words_of(text.substr(0, 256));
  std::size_t at = !words[0].empty() && is_alpha(words[0][0]) ? 1 : 0;
  auto const day = number(words[at], 31);
  unsigned month = 0;
  for (unsigned i = 0; i < months.size(); ++i)
    if (iequals(words[at + 1], months[i])) month = i + 1;
  auto year = number(words[at + 2], 9999);
  auto const hour = number(words[at + 3], 23), minute = number(words[at + 4], 59);
  if (!day || *day == 0 || month == 0 || !year || !hour || !minute) return std::nullopt;
  if (*year < 100) *year += *year < 50 ? 2000 : 1900;  // RFC 5322 section 4.3
  auto const second = at + 5 < words.size() ? number(words[at + 5], 60) : std::nullopt;
  std::size_t const zone_at = at + (second ? 6U : 5U);
  auto const zone = zone_at < words.size() ? zone_offset(words[zone_at]) : c::minutes(0);
  c::sys_days const days =
      c::year_month_day(c::year(*year), c::month(month), c::day(static_cast<unsigned>(*day)));
  return Instant(days) + c::hours(*hour) + c::minutes(*minute) + c::seconds(second.value_or(0)) - zone;
}

std::string print_date_time(Instant at) {
  constexpr std::array<char const*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  std::time_t const when = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  ::gmtime_r(&when, &parts);
  std::array<char, 80> text{};
  int const length = std::snprintf(text.data(), text.size(), "%s, %d %s %04d %02d:%02d:%02d +0000",
                                   days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                   months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                   parts.tm_hour, parts.tm_min, parts.tm_sec);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace postern::wire

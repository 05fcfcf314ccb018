#include "whatif/readers/log_time.hpp"

#include <array>

#include "base/ascii.hpp"

namespace postern::whatif {
namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

int month_number(std::string_view name) {
  for (std::size_t i = 0; i < months.size(); ++i)
    if (months[i] == name) return static_cast<int>(i) + 1;
  return 0;
}

// `count` digits at `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

struct TimeOfDay {
  int hour, minute, second;
};

std::optional<TimeOfDay> time_of_day(std::string_view text, std::size_t at) {
  if (at + 8 > text.size() || text[at + 2] != ':' || text[at + 5] != ':') return std::nullopt;
  TimeOfDay const time{digits(text, at, 2), digits(text, at + 3, 2), digits(text, at + 6, 2)};
  bool const good = time.hour >= 0 && time.hour < 24 && time.minute >= 0 && time.minute < 60 &&
                    time.second >= 0 && time.second <= 60;
  return good ? std::optional(time) : std::nullopt;
}

Instant at_seconds(std::int64_t seconds) { return Instant(std::chrono::seconds(seconds)); }

constexpr std::int64_t day_seconds = 86'400;

}  // namespace

std::int64_t seconds_of(int year, int month, int day, int hour, int minute, int second) {
  namespace c = std::chrono;
  c::sys_days const days = c::year_month_day(c::year(year), c::month(static_cast<unsigned>(month)),
                                             c::day(static_cast<unsigned>(day)));
  return static_cast<std::int64_t>(days.time_since_epoch().count()) * day_seconds + hour * 3600 +
         minute * 60 + second;
}

std::optional<Instant> LogClock::take_rfc3164(std::string_view& text) {
  if (text.size() < 15) return std::nullopt;
  int const month = month_number(text.substr(0, 3));
  if (month == 0 || text[3] != ' ') return std::nullopt;
  int const day = text[4] == ' ' ? digits(text, 5, 1) : digits(text, 4, 2);
  if (day < 1 || day > 31 || text[6] != ' ') return std::nullopt;
  int written_year = digits(text, 7, 4);
  std::size_t const clock_at = written_year >= 1970 && text.size() > 11 && text[11] == ' ' ? 12 : 7;
  auto const time = time_of_day(text, clock_at);
  if (!time) return std::nullopt;
  auto const in_year = [&](int year) {
    return at_seconds(seconds_of(year, month, day, time->hour, time->minute, time->second)) - utc_offset_;
  };
  if (clock_at == 12) {
    text.remove_prefix(20);
    last_ = in_year(written_year);
    return last_;
  }
  if (year_ == 0) {
    auto const today = std::chrono::floor<std::chrono::days>(reference_);
    year_ = static_cast<int>(std::chrono::year_month_day(today).year()) + 1;
    while (year_ > 1970 && in_year(year_) > reference_ + std::chrono::hours(24)) --year_;
  } else {
    auto const step = in_year(year_) - last();
    if (step < -std::chrono::hours(24 * 183)) ++year_;  // Dec -> Jan
    if (step > std::chrono::hours(24 * 183)) --year_;   // a late line of last year
  }
  cached_text_ = text.substr(0, 15);
  last_ = cached_ = in_year(year_);
  text.remove_prefix(15);
  return last_;
}

std::optional<Instant> LogClock::take_iso(std::string_view& text) {
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' '))
    return std::nullopt;
  Instant at;
  if (!cached_text_.empty() && text.substr(0, 19) == cached_text_) {
    at = cached_;
  } else {
    int const year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    auto const time = time_of_day(text, 11);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || !time) return std::nullopt;
    at = at_seconds(seconds_of(year, month, day, time->hour, time->minute, time->second));
    cached_text_ = text.substr(0, 19);
    cached_ = at;
  }
  std::size_t end = 19;
  if (end < text.size() && (text[end] == '.' || text[end] == ',')) {
    std::int64_t micros = 0;
    int places = 0;
    for (++end; end < text.size() && is_digit(text[end]); ++end) {
      if (places >= 6) continue;
      micros = micros * 10 + (text[end] - '0');
      ++places;
    }
    for (; places < 6; ++places) micros *= 10;
    at += Duration(micros);
  }
  std::size_t const zone = end < text.size() && text[end] == ' ' ? end + 1 : end;
  if (end < text.size() && text[end] == 'Z') {
    ++end;
  } else if (zone + 5 <= text.size() && (text[zone] == '+' || text[zone] == '-')) {
    bool const colon = text[zone + 3] == ':';
    bool const hours_only = text[zone + 3] == ' ';  // "+03": a zone of systemd's that has no name
    int const hours = digits(text, zone + 1, 2);
    int const minutes = hours_only ? 0 : digits(text, zone + (colon ? 4 : 3), 2);
    if (hours < 0 || minutes < 0) return std::nullopt;
    auto const offset = std::chrono::minutes(hours * 60 + minutes);
    at -= text[zone] == '-' ? -Duration(offset) : Duration(offset);
    std::size_t const written = colon ? 6 : 5;
    end = zone + (hours_only ? 3 : written);
  } else {
    at -= utc_offset_;
  }
  text.remove_prefix(std::min(end, text.size()));
  last_ = at;
  return at;
}

}  // namespace postern::whatif

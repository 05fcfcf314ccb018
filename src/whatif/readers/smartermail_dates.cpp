#include "whatif/readers/smartermail_dates.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"

namespace postern::whatif {
namespace {

constexpr Duration half_a_day = std::chrono::hours(12), nearly_a_day = std::chrono::hours(23);

// Up to `most` digits at the start of `text`, taken off; -1: none.
int take_digits(std::string_view& text, std::size_t most) {
  auto const size = std::min(std::min(text.find_first_not_of("0123456789"), text.size()), most);
  int value = -1;
  std::from_chars(text.data(), text.data() + size, value);
  text.remove_prefix(size);
  return value;
}

bool take_character(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// What a step from the line before to one at `time` does to the day; `last` goes with it.
int step_of_day(Duration time, Duration& last) {
  if (time > last + nearly_a_day) return -1;  // a line of the day before, written late
  bool const is_next_day = time + half_a_day < last;
  last = time;
  return is_next_day ? 1 : 0;
}

std::optional<std::int64_t> days_since_1970(int year, int month, int day) {
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  std::chrono::year_month_day const date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

}  // namespace

std::optional<Duration> take_time_of_day(std::string_view& text) {
  auto rest = text;
  int const hour = take_digits(rest, 2);
  if (hour < 0 || hour > 23 || !take_character(rest, ':')) return std::nullopt;
  int const minute = take_digits(rest, 2);
  if (minute < 0 || minute > 59 || !take_character(rest, ':')) return std::nullopt;
  int const second = take_digits(rest, 2);
  if (second < 0 || second > 60) return std::nullopt;
  Duration out = std::chrono::seconds(hour * 3600 + minute * 60 + second);
  if (rest.size() > 1 && (rest[0] == '.' || rest[0] == ',') && is_digit(rest[1])) {
    rest.remove_prefix(1);
    Duration unit = std::chrono::milliseconds(100);
    while (!rest.empty() && is_digit(rest[0])) {
      out += unit * (rest[0] - '0');
      unit /= 10;
      rest.remove_prefix(1);
    }
  }
  text = rest;
  return out;
}

// "1/25/2026 12:00:01 AM", "25.01.2026 00:00:01", "2026-01-25 00:00:01", "2026.01.25"
std::optional<SmartermailDates::Written> SmartermailDates::parse(std::string_view text) {
  Written out;
  int const first = take_digits(text, 4);
  if (text.empty() || (text[0] != '/' && text[0] != '.' && text[0] != '-')) return std::nullopt;
  char const mark = text[0];
  text.remove_prefix(1);
  int const second = take_digits(text, 2);
  if (first < 0 || second < 0 || !take_character(text, mark)) return std::nullopt;
  int const third = take_digits(text, 4);
  if (first > 31) {
    out = {.first = second, .second = third, .year = first, .is_sure = true};
  } else if (mark != '/') {
    out = {.first = second, .second = first, .year = third, .is_sure = true};
  } else {
    out = {.first = first, .second = second, .year = third};
  }
  if (!take_character(text, ' ')) return out;
  out.time = take_time_of_day(text);
  text = trimmed(text);
  if (!out.time || text.empty()) return out;
  bool const is_twelve = *out.time >= half_a_day && *out.time < half_a_day + std::chrono::hours(1);
  if (to_lower(text[0]) == 'p' && *out.time < half_a_day) *out.time += half_a_day;
  if (to_lower(text[0]) == 'a' && is_twelve) *out.time -= half_a_day;
  return out;
}

std::optional<std::int64_t> SmartermailDates::day_of(Written const& written) {
  auto const month_first = days_since_1970(written.year, written.first, written.second);
  if (written.is_sure) return month_first;
  auto const day_first = days_since_1970(written.year, written.second, written.first);
  if (!month_first || !day_first) {
    if (month_first || day_first) month_is_first_ = month_first.has_value();
    return month_first ? month_first : day_first;
  }
  if (month_is_first_) return *month_is_first_ ? month_first : day_first;
  // Both are possible: the one that is nearer to what is known, and not after the last change.
  std::int64_t const limit =
      std::chrono::floor<std::chrono::days>(reference_ + utc_offset_).time_since_epoch().count();
  std::int64_t const near = knows_day_ ? day_ : limit;
  bool const both_are_past = *month_first <= limit + 1 && *day_first <= limit + 1;
  if (!knows_day_ && both_are_past && *month_first != *day_first) was_ambiguous_ = true;
  auto const distance = [&](std::int64_t day) {
    constexpr std::int64_t far = 1'000'000;
    return (day > near ? day - near : near - day) + (day > limit + 1 ? far : 0);
  };
  return distance(*month_first) <= distance(*day_first) ? month_first : day_first;
}

void SmartermailDates::pass(Duration time) {
  if (!first_passed_) first_passed_ = last_ = time;
  if (auto const step = step_of_day(time, last_); step > 0) ++midnights_passed_;
}

void SmartermailDates::start(std::int64_t day) {
  knows_day_ = true;
  day_ = day - midnights_passed_;
  last_ = first_passed_.value_or(Duration::zero());
}

void SmartermailDates::see(std::string_view date, Duration time) {
  auto const written = parse(date);
  auto day = written ? day_of(*written) : std::nullopt;
  if (!day) return;
  if (written->time) {  // it may have been written on the other side of midnight
    if (*written->time > time + half_a_day) ++*day;
    if (time > *written->time + half_a_day) --*day;
  }
  if (!knows_day_) return start(*day);
  day_ = *day;
  last_ = time;
}

void SmartermailDates::take_reference() {
  auto const local = reference_ + utc_offset_;
  auto const today = std::chrono::floor<std::chrono::days>(local);
  std::int64_t const day = today.time_since_epoch().count();
  start(last_ > local - today ? day - 1 : day);
}

Instant SmartermailDates::at(Duration time) {
  auto const step = step_of_day(time, last_);
  if (step > 0) ++day_;
  return instant_of(step < 0 ? day_ - 1 : day_, time);
}

Instant SmartermailDates::instant_of(std::int64_t day, Duration time) const {
  return Instant(Duration(std::chrono::hours(24)) * day) + time - utc_offset_;
}

}  // namespace postern::whatif

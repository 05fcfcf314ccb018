#include "app/inputs/rotated_name.hpp"

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"

namespace postern::app {
namespace {

constexpr std::string_view name_separators = "-_.";

// A date in a name: what stands before it and behind it, and the digits that order it.
struct DatedName {
  std::string_view before, behind;
  std::string digits;
};

bool is_separator(char c) { return name_separators.find(c) != std::string_view::npos; }

std::string_view digits_at_start(std::string_view text) {
  return text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
}

std::string filled_up(std::string_view digits, std::size_t size) {
  return std::string(size - std::min(size, digits.size()), '0') + std::string(digits);
}

// Two digits from `least` to `most`.
bool is_within(std::string_view two, std::string_view least, std::string_view most) {
  return two.size() == 2 && two >= least && two <= most;
}

bool is_year(std::string_view four) { return four.size() == 4 && four.starts_with("20"); }
bool is_month(std::string_view two) { return is_within(two, "01", "12"); }
bool is_day(std::string_view two) { return is_within(two, "01", "31"); }

// "20261125", "2026112510", "202611251030", "20261125103059"
bool is_date_in_one(std::string_view digits) {
  if (digits.size() < 8 || digits.size() > 14 || digits.size() % 2 != 0) return false;
  if (!is_year(digits.substr(0, 4)) || !is_month(digits.substr(4, 2)) || !is_day(digits.substr(6, 2)))
    return false;
  auto time = digits.substr(8);
  if (!time.empty() && !is_within(time.substr(0, 2), "00", "23")) return false;
  for (time.remove_prefix(std::min<std::size_t>(2, time.size())); !time.empty(); time.remove_prefix(2))
    if (!is_within(time.substr(0, 2), "00", "60")) return false;
  return true;
}

// Two digits behind the separator `text` begins with, and nothing else of digits.
std::string_view two_behind(std::string_view text, char separator) {
  if (!text.starts_with(separator)) return {};
  auto const digits = digits_at_start(text.substr(1));
  return digits.size() == 2 ? digits : std::string_view();
}

// The length of a date that `text` begins with, or 0; its digits are put into `digits`.
std::size_t take_date(std::string_view text, std::string& digits) {
  auto const first = digits_at_start(text);
  if (is_date_in_one(first)) {
    digits = first;
    return first.size();
  }
  if (!is_year(first) || text.size() == first.size() || !is_separator(text[4])) return 0;
  auto const month = two_behind(text.substr(4), text[4]);
  if (!is_month(month)) return 0;
  digits = std::string(first) + std::string(month);
  constexpr std::size_t month_ends = 7, day_ends = 10;  // "2026-11", "2026-11-25"
  auto const day = two_behind(text.substr(month_ends), text[4]);
  if (!is_day(day)) {
    auto const behind = text.substr(month_ends);
    bool const goes_on = behind.size() > 1 && behind[0] == text[4] && is_digit(behind[1]);
    return goes_on ? 0 : month_ends;
  }
  digits += day;
  return day_ends;
}

bool is_epoch(std::string_view name, std::size_t at, std::string_view digits) {
  return at > 0 && is_separator(name[at - 1]) && digits.size() == 10 && digits.front() == '1';
}

// "-1", "T103059", "-10-30-59", "-1795564800" directly behind a date: numbers that order what is of one day.
std::size_t take_more_numbers(std::string_view text, std::string& digits) {
  constexpr int most_numbers = 3;
  constexpr std::size_t most_digits = 10;
  std::size_t taken = 0;
  for (int i = 0; i < most_numbers; ++i) {
    auto const rest = text.substr(taken);
    if (rest.empty() || (!is_separator(rest.front()) && rest.front() != 'T')) break;
    auto const number = digits_at_start(rest.substr(1));
    auto const behind = rest.substr(1 + number.size());
    if (number.empty() || number.size() > most_digits ||
        (!behind.empty() && is_alpha(behind.front()) && behind.front() != 'T'))
      break;
    (digits += '-') += filled_up(number, most_digits);
    taken += 1 + number.size();
  }
  return taken;
}

// The last date in the name.
std::optional<DatedName> dated(std::string_view name) {
  std::optional<DatedName> found;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (!is_digit(name[at]) || (at > 0 && is_digit(name[at - 1]))) continue;
    std::string digits;
    auto length = take_date(name.substr(at), digits);
    if (auto const all = digits_at_start(name.substr(at)); length == 0 && is_epoch(name, at, all)) {
      digits = all;
      length = all.size();
    }
    if (length == 0) continue;
    length += take_more_numbers(name.substr(at + length), digits);
    found = DatedName{.before = name.substr(0, at), .behind = name.substr(at + length), .digits = digits};
    at += length - 1;
  }
  return found;
}

// "mail" and "smtpLog.log" of what stands around a date, with the separator that belonged to the date gone.
std::string around(DatedName const& name) {
  auto before = name.before, behind = name.behind;
  if (!before.empty() && is_separator(before.back()))
    before.remove_suffix(1);
  else if (before.empty() && (behind.starts_with('-') || behind.starts_with('_')))
    behind.remove_prefix(1);
  return std::string(before) + std::string(behind);
}

constexpr std::size_t most_rotation_digits = 4;

// Rotation counts upwards, so that the largest is oldest.
std::string age_of_number(std::string_view number) {
  auto age = filled_up(number, most_rotation_digits);
  for (char& digit : age) digit = static_cast<char>('0' + '9' - digit);
  return "1-" + age;
}

bool is_rotation_number(std::string_view text) {
  return !text.empty() && text.size() <= most_rotation_digits && digits_at_start(text) == text;
}

// "1" of "mail.log.1", and of "mail.1.log"; the 7 of "postfix-3.7.log" is of a version.
std::optional<RotatedName> numbered(std::string_view name) {
  auto const point = name.rfind('.');
  if (point == std::string_view::npos || point == 0) return std::nullopt;
  auto const last = name.substr(point + 1);
  if (is_rotation_number(last))
    return RotatedName{.series = std::string(name.substr(0, point)), .age = age_of_number(last)};
  if (!iequals(last, "log") && !iequals(last, "txt")) return std::nullopt;
  auto const inner = name.rfind('.', point - 1);
  if (inner == std::string_view::npos || inner == 0 || is_digit(name[inner - 1])) return std::nullopt;
  auto const number = name.substr(inner + 1, point - inner - 1);
  if (!is_rotation_number(number)) return std::nullopt;
  return RotatedName{.series = std::string(name.substr(0, inner)) + std::string(name.substr(point)),
                     .age = age_of_number(number)};
}

}  // namespace

std::string_view without_compression(std::string_view file_name) {
  for (std::string_view const ending : {".gz", ".xz", ".zst", ".bz2"})
    if (file_name.size() > ending.size() && file_name.ends_with(ending))
      return file_name.substr(0, file_name.size() - ending.size());
  return file_name;
}

RotatedName rotated_name(std::string_view file_name) {
  constexpr std::string_view still_written = "2";
  auto const name = without_compression(file_name);
  RotatedName out{.series = std::string(name), .age = std::string(still_written)};
  auto const date = dated(name);
  auto const series = date ? around(*date) : std::string(name);
  if (series.empty()) return out;
  auto const number = numbered(series);
  out.series = number ? number->series : series;
  if (number) out.age = number->age;
  if (date) out.age = "0-" + date->digits + "/" + out.age;
  return out;
}

}  // namespace postern::app

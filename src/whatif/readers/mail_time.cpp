#include "whatif/readers/mail_time.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.hpp"
#include "wire/date_time.hpp"

namespace postern::whatif {
namespace {

using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;

constexpr Duration clock_error = Days(1);  // of another host, and of zones that are not written
constexpr Duration on_the_way = Days(8);   // mail waits in queues for five days, and for the week-end

// 1982; before there was mail by SMTP: a clock that was never set.
constexpr Instant earliest_mail = from_micros(std::int64_t{378'691'200} * 1'000'000);

bool is_plausible(std::optional<Instant> at) { return at && *at >= earliest_mail; }

bool agree(Instant a, std::optional<Instant> b) {
  return is_plausible(b) && (a > *b ? a - *b : *b - a) <= on_the_way;
}

// The border's own; else that of the nearest hop above, which was written inside.
std::optional<Instant> time_by_hops(std::vector<ReceivedHop> const& hops, std::size_t border) {
  for (auto i = border + 1; i-- > 0;)
    if (is_plausible(hops[i].at)) return hops[i].at;
  return std::nullopt;
}

bool is_confirmed(Instant at, std::vector<ReceivedHop> const& hops, std::size_t border,
                  MailTimes const& times) {
  if (agree(at, times.date) || agree(at, times.filed)) return true;
  for (std::size_t i = 0; i < hops.size(); ++i)
    if (i != border && agree(at, hops[i].at)) return true;
  return false;
}

}  // namespace

MailTime time_of_mail(std::vector<ReceivedHop> const& hops, std::size_t border, MailTimes const& times) {
  auto const filed = is_plausible(times.filed) ? times.filed : std::nullopt;
  auto at = time_by_hops(hops, border);
  bool confirmed = at && is_confirmed(*at, hops, border, times);
  if (filed && (!at || (!confirmed && *at > *filed + clock_error))) {
    at = filed;
    confirmed = true;
  }
  if (!at && is_plausible(times.date)) at = times.date;
  if (!at) return {};
  bool const is_known = times.mailbox_changed != Instant();
  bool const after = is_known && *at > times.mailbox_changed + clock_error;
  return {.at = at, .certain = confirmed && !after, .after_mailbox = after};
}

std::optional<Instant> time_of_from_line(std::string_view line) {
  std::array<std::string_view, 8> last{};  // the last words: Tue Nov 24 00:00:00 [+0000] 2026 [+0000]
  std::size_t count = 0;
  for (std::size_t at = 0; at < line.size();) {
    auto const start = line.find_first_not_of(" \t\r\n", at);
    if (start == std::string_view::npos) break;
    at = std::min(line.find_first_of(" \t\r\n", start), line.size());
    last[count++ % last.size()] = line.substr(start, at - start);
  }
  auto const word = [&](std::size_t i) { return last[i % last.size()]; };
  std::size_t const oldest = count > last.size() ? count - last.size() : 0;
  for (std::size_t i = std::max<std::size_t>(oldest + 2, 2); i + 1 < count; ++i) {
    if (word(i).find(':') == std::string_view::npos) continue;
    std::string_view year, zone;
    for (std::size_t next = i + 1; next < count; ++next) {
      bool const is_year = word(next).size() == 4 && is_digit(word(next)[0]);
      bool const is_zone = word(next).size() == 5 && (word(next)[0] == '+' || word(next)[0] == '-');
      if (is_year && year.empty()) year = word(next);
      if (is_zone && zone.empty()) zone = word(next);
    }
    if (year.empty()) continue;
    std::string text;  // as RFC 5322 section 3.3 orders it
    for (auto const part : {word(i - 1), word(i - 2), year, word(i), zone}) (text += part) += ' ';
    if (auto const at = wire::parse_date_time(text)) return at;
  }
  return std::nullopt;
}

}  // namespace postern::whatif

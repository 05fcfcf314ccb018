// Times as logs write them: RFC 3164 without a year, RFC 3339, Exim's form, and those of journalctl and of
// templates.
// Bounds: without years, an input may span a year less a month; a step back of half a year or more is read as
// a new year.
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"

namespace postern::whatif {

class LogClock {
 public:
  // `reference`: no line is later than a day after it. `utc_offset`: of times without a zone.
  LogClock(Instant reference, Duration utc_offset) : reference_(reference), utc_offset_(utc_offset) {}

  // "Nov 23 14:47:30" (RFC 3164 section 4.1.2), also "Nov  3" and "Nov 23 2026 14:47:30". Takes it off
  // `text`.
  std::optional<Instant> take_rfc3164(std::string_view& text);

  // "2026-11-23T14:47:30.123456+01:00" (RFC 3339), also with a blank for the T, without a fraction, without a
  // zone, with a blank before the zone (Exim). Takes it off `text`.
  std::optional<Instant> take_iso(std::string_view& text);

  // Any form: those above; with a fraction behind RFC 3164's (journalctl -o short-precise); with a weekday in
  // front and a zone's name behind (short-full); "2026 Nov 23 14:47:30" and "2026/11/23 14:47:30"; seconds
  // since 1970 with a fraction (short-unix); "[   12.345678]" and "[   12.345678 <  0.000012 >]", seconds
  // since the boot, the first of which is taken for the reference (short-monotonic, short-delta). Takes it
  // off `text`.
  std::optional<Instant> take_any(std::string_view& text);

  // The very time of RFC 3164's form that was read last, and the blank behind it.
  std::optional<Instant> take_repeated(std::string_view& text) {
    if (text.size() <= rfc3164_size || cached_text_.size() != rfc3164_size || text[rfc3164_size] != ' ' ||
        std::memcmp(text.data(), cached_text_.data(), rfc3164_size) != 0)
      return std::nullopt;
    text.remove_prefix(rfc3164_size + 1);
    last_ = cached_;
    return last_;
  }

  // The last one that was read; before the first: the reference.
  Instant last() const { return last_.value_or(reference_); }

 private:
  static constexpr std::size_t rfc3164_size = 15;
  std::optional<Instant> take_precise(std::string_view& text);
  std::optional<Instant> take_full(std::string_view& text);
  std::optional<Instant> take_year_first(std::string_view& text);
  std::optional<Instant> take_unix(std::string_view& text);
  std::optional<Instant> take_since_boot(std::string_view& text);
  Instant reference_;
  Duration utc_offset_;
  std::optional<Instant> last_;
  int year_ = 0;             // of the last time without one; 0: none yet
  std::string cached_text_;  // the second that was read last
  Instant cached_{};
  std::optional<Duration> first_since_boot_;
};

// Seconds since 1970 of a UTC date and time; fields need not be in bounds.
std::int64_t seconds_of(int year, int month, int day, int hour, int minute, int second);

}  // namespace postern::whatif

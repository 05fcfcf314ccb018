// Which day it is in SmarterMail's log: its lines have a time of day, some have a date beside it ("connected
// at 1/25/2026 12:00:01 AM", in the form of the machine), and in some copies all have one in front. A time
// that steps back by half a day is of the next day. Without any date the last line is of the day of the
// input's last change.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "whatif/facts_source.hpp"

namespace postern::whatif {

class SmartermailDates {
 public:
  explicit SmartermailDates(SourceSettings const& settings)
      : reference_(settings.reference), utc_offset_(settings.utc_offset) {}

  bool knows_day() const { return knows_day_; }
  bool was_ambiguous() const { return was_ambiguous_; }  // month or day first could not be told apart

  // A line of that time of day comes whose day is not known yet.
  void pass(Duration time);
  // The line at hand, of that time of day (passed before, if no day is known), has a date in words.
  void see(std::string_view date, Duration time);
  void take_reference();  // no line so far had a date: the last that was passed is of the last change's day

  // When a line was. Lines that were passed are asked for again, from the first on.
  Instant at(Duration time);

 private:
  struct Written {
    int first = 0, second = 0, year = 0;
    bool is_sure = false;  // `first` is the month
    std::optional<Duration> time = {};
  };
  static std::optional<Written> parse(std::string_view text);
  std::optional<std::int64_t> day_of(Written const& written);
  void start(std::int64_t day);  // of the last line that was passed
  Instant instant_of(std::int64_t day, Duration time) const;

  Instant reference_;
  Duration utc_offset_;
  bool knows_day_ = false;
  bool was_ambiguous_ = false;
  std::optional<bool> month_is_first_;  // learnt from a date that has only one meaning
  std::int64_t day_ = 0;                // since 1970
  Duration last_{};                     // time of day
  std::optional<Duration> first_passed_;
  std::int64_t midnights_passed_ = 0;
};

// "12:34:56" with ",789" or ".789" behind it, of the day. Takes it off `text`.
std::optional<Duration> take_time_of_day(std::string_view& text);

}  // namespace postern::whatif

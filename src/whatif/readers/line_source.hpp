// An input of lines: cuts what arrives into lines that end with LF or CRLF, and has what their readers need:
// a clock for their times and the sink for what they tell. Bounds: a line longer than `max_line` bytes is
// skipped to its end and counted.
#pragma once

#include "whatif/facts_source.hpp"
#include "whatif/readers/log_time.hpp"

namespace postern::whatif {

class LineSource : public FactsSource {
 public:
  static constexpr std::size_t max_line = 64 * 1024;

  LineSource(SourceSettings const& settings, ReceptionSink& sink)
      : LineSource(LogClock(settings.reference, settings.utc_offset), sink) {}

  void feed(std::string_view bytes) final;
  void end() final;

 protected:
  LineSource(LogClock clock, ReceptionSink& sink) : clock_(std::move(clock)), sink_(sink) {}

  virtual void line(std::string_view text) = 0;  // without its end; never empty
  virtual void ended() {}                        // after the last line

  LogClock clock_;
  ReceptionSink& sink_;
  bool ends_with_crlf_ = false;  // the line at hand
  bool follows_crlf_ = true;     // the line before it, which may have been skipped or empty, ended with CRLF

 private:
  void one_line(std::string_view text, bool ends_with_crlf);
  std::string begun_;  // a line whose end has not come yet
  bool too_long_ = false;
};

}  // namespace postern::whatif

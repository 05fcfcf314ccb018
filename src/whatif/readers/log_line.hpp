// A line of a system log taken apart: RFC 3164, RFC 5424 with and without its priority, the short forms of
// journalctl, what templates write; with or without a time, a host and a priority. What else may stand around
// it is taken away before (line_wrapping.hpp).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/instant.hpp"
#include "whatif/readers/log_time.hpp"

namespace postern::whatif {

struct LogLine {
  Instant at{};
  std::string_view host;
  std::string_view program;  // "postfix/smtpd"; empty: none is named
  std::uint64_t pid = 0;     // 0: none is named
  std::string_view text;
};

// Lifetime: views into `line`. False: no program could be found in it; `out` is new before each call.
bool parse_log_line(std::string_view line, LogClock& clock, LogLine& out);

}  // namespace postern::whatif

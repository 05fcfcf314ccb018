// A line of a system log taken apart: RFC 3164, RFC 5424, with ISO times, or with none of them.
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

// What the lines at the beginning of a log show of how much it tells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "whatif/readers/log_line.hpp"

namespace postern::whatif {

// Whether a line is one of Exim's main log: it has a message's id behind its time, or words that Exim uses.
bool is_line_of_exim(std::string_view line);

class LogSigns {
 public:
  // A line of a system log; whether a mail server that is read wrote it.
  bool see(std::string_view line);
  std::vector<std::string> missing() const;  // what would give a better answer: sentences

 private:
  LogClock clock_{Instant{}, {}};
  bool postfix_tls_ = false, postfix_counters_ = false, postfix_disconnects_ = false;
  bool has_process_ = false, has_time_ = false, any_ = false;
};

}  // namespace postern::whatif

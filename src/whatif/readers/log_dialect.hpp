// How one mail server speaks in a system log: lines to receptions.
#pragma once

#include "whatif/facts_source.hpp"
#include "whatif/readers/log_line.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

class LogDialect {
 public:
  virtual ~LogDialect() = default;
  virtual void line(LogLine const& line) = 0;
  virtual void end() = 0;  // gives what is still open
};

}  // namespace postern::whatif

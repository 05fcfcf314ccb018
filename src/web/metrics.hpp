// The counters in Prometheus' text form.
#pragma once

#include <string>

#include "base/counters.hpp"
#include "store/spool.hpp"

namespace postern::web {

std::string print_metrics(Counters const& counters, store::SpoolSummary const& spool);

}  // namespace postern::web

// The date and time of header fields (RFC 5322 section 3.3), in UTC.
#pragma once

#include <string>

#include "base/instant.hpp"

namespace postern::wire {

std::string print_date_time(Instant at);  // "Mon, 23 Nov 2026 21:54:00 +0000"

}  // namespace postern::wire

// The date and time of header fields (RFC 5322 section 3.3). Printed in UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"

namespace postern::wire {

std::string print_date_time(Instant at);  // "Mon, 23 Nov 2026 21:54:00 +0000"

// Reads it leniently: day of the week, seconds and zone may be missing, comments and old zones (RFC 5322
// section 4.3) are taken. Absent: no date can be seen.
std::optional<Instant> parse_date_time(std::string_view text);

}  // namespace postern::wire

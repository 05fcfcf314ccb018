// A value as a field of comma-separated values (RFC 4180 section 2).
#pragma once

#include <string>
#include <string_view>

namespace postern::whatif {

// In quotes where it has to be. A value that a spreadsheet would take for a formula gets an apostrophe in
// front.
std::string csv_field(std::string_view value);

}  // namespace postern::whatif

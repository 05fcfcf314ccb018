// A line of comma-separated values (RFC 4180 section 2): quotes around a value, doubled inside it. A value
// does not go over the end of the line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::whatif {

std::vector<std::string> split_delimited(std::string_view line, char delimiter = ',');

// The other way round: quoted where it must be. A value that a spreadsheet would take for a formula gets a
// quote in front.
std::string delimited(std::string_view value);

}  // namespace postern::whatif

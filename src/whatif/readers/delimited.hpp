// A line of comma-separated values (RFC 4180 section 2): quotes around a value, doubled inside it. A value
// does not go over the end of the line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::whatif {

std::vector<std::string> split_delimited(std::string_view line, char delimiter = ',');

}  // namespace postern::whatif

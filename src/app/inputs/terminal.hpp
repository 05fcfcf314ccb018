// What standard output is, for those who print for people.
#pragma once

#include <cstddef>
#include <string_view>

namespace postern::app {

// A terminal that shows colours, and whose user wants them (no-color.org; TERM=dumb).
bool wants_colours();

// Columns, within 60 and 100; 80 where standard output is no terminal.
std::size_t columns_of_output();

// Prints "postern: " and the text on standard error. Names of files are in it: what could steer a terminal is
// replaced, but for line ends.
void tell_user(std::string_view text);

}  // namespace postern::app

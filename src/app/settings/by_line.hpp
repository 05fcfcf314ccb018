// Messages about a configuration, "postern.toml:14: ...", in the order in which its owner reads the file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::app {

// Those without a line come last; what is of one line stays in its order.
void sort_by_line(std::vector<std::string>& messages, std::string_view file);

}  // namespace postern::app

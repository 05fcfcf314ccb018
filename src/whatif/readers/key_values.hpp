// Lines of `key=value` and `key="value"`, as appliances write them.
// Lifetime: views into the line.
#pragma once

#include <string_view>

namespace postern::whatif {

// The value of `key`, without its quotes; empty: it is not there, or is empty. Keys are looked for outside of
// quotes only, so that no value can stand for another key.
std::string_view key_value(std::string_view line, std::string_view key);

// Whether `key` stands there more than once, outside of quotes: somebody else has written one of them.
bool is_repeated(std::string_view line, std::string_view key);

}  // namespace postern::whatif

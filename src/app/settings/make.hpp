// What becomes of files that a server needs and does not yet have: its certificate, its secrets.
#pragma once

#include <cstdint>

namespace postern::app {

enum class Make : std::uint8_t { what_is_missing, nothing };  // nothing: it is only looked at

}  // namespace postern::app

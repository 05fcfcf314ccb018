// Listeners that cannot be, or that nobody can use as they are.
#pragma once

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"

namespace postern::app {

inline constexpr std::uint16_t smtp_port = 25;
inline constexpr std::uint16_t submission_port = 587;
inline constexpr std::uint16_t submissions_port = 465;  // RFC 8314 section 7.3: TLS from the first byte

// Two on one address and port are an error; all else is a warning.
void advise_about_listeners(Settings const& settings, Problems& problems);

}  // namespace postern::app

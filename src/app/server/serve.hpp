// Puts the server together, runs it until SIGTERM, and takes it down: the composition.
#pragma once

#include <string>
#include <vector>

#include "app/settings/settings.hpp"

namespace postern::app {

// Why it could not start, for people; empty: it ran and was stopped.
std::vector<std::string> serve(Settings const& settings, std::vector<std::string> const& warnings);

}  // namespace postern::app

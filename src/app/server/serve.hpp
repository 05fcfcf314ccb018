// Puts the server together, runs it until SIGTERM, and takes it down: the composition.
#pragma once

#include "app/settings/settings.hpp"

namespace postern::app {

int serve(Settings const& settings, std::vector<std::string> const& warnings);  // the exit code

}  // namespace postern::app

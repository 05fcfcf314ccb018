// The settings table, printed: as a configuration file with every default, and as docs/configuration.md.
#pragma once

#include <string>

namespace postern::app {

std::string settings_as_toml();
std::string settings_page();

}  // namespace postern::app

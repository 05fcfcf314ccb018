// Reads the configuration file, TOML (toml.io). Every error names file, line and key, and says what would be
// right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/settings/settings.hpp"

namespace postern::app {

struct SettingsRead {
  Settings settings = {};
  std::vector<std::string> errors = {};    // empty: good
  std::vector<std::string> warnings = {};  // keys under their old names
};

SettingsRead read_settings(std::string const& file);
SettingsRead parse_settings(std::string_view text, std::string const& file);

// As a command line names them; empty: the embedded defaults.
SettingsRead settings_from(std::string const& file);

}  // namespace postern::app

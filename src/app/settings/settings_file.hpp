// Reads the configuration file, TOML (toml.io). Every error names file, line and key, and says what would be
// right.
#pragma once

#include <string>
#include <vector>

#include "app/settings/settings.hpp"

namespace postern::app {

struct SettingsRead {
  Settings settings;
  std::vector<std::string> errors;  // empty: good
};

SettingsRead read_settings(std::string const& file);
SettingsRead parse_settings(std::string_view text, std::string const& file);
Settings default_settings();  // for `postern serve` without a configuration

// What an absent key means where that depends on others: host name, listeners, domains, certificate.
void complete(Settings& settings);

}  // namespace postern::app

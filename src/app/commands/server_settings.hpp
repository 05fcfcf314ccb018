// What a command about a server goes by: the server's configuration, found in one way by all of them, and its
// data directory. What is wrong is said on standard error; so is which file was found, unless the command
// line names it.
#pragma once

#include <string>

#include "app/settings/settings.hpp"

namespace postern::app {

struct ServerSettings {
  Settings settings = {};
  int code = 0;  // not 0: it cannot be done, which has been said; the command ends with this
};

// There must be a configuration: without one nobody knows which server is meant.
ServerSettings settings_of_server(std::string const& named);

// The same, but the embedded defaults where there is none: for what asks about no server of ours.
ServerSettings settings_or_defaults(std::string const& named);

// 0, or what the command ends with: there is no such directory, so that no server has ever used it.
int require_data_directory(std::string const& directory);

// 0, also where there is no such file; or what the command ends with: this user may not read it.
int require_readable(std::string const& file);

}  // namespace postern::app

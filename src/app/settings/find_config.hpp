// Where a command finds the configuration.
#pragma once

#include <string>

namespace postern::app {

inline constexpr char const* usual_config = "/etc/postern/postern.toml";
inline constexpr char const* config_variable = "POSTERN_CONFIG";

// What the command line names, else $POSTERN_CONFIG, else /etc/postern/postern.toml if there is such a file,
// even one that cannot be read; empty: there is none.
std::string find_config(std::string const& named);

// "give -c FILE, ..."
std::string how_to_name_a_config();

}  // namespace postern::app

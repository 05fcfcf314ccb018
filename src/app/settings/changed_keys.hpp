// Which keys of a configuration that was read again wait for a restart.
#pragma once

#include <string>
#include <vector>

#include "app/settings/settings.hpp"

namespace postern::app {

// The keys that differ and that a running server cannot take over, in the order of the table; "listen" stands
// for all of the listeners.
std::vector<std::string> keys_waiting_for_restart(Settings const& running, Settings const& read);

}  // namespace postern::app

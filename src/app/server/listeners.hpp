// From what is written about a listener to what the gate goes by, and to what is said of it at start.
#pragma once

#include <string>

#include "app/settings/settings.hpp"
#include "net/listener.hpp"
#include "session/gate_config.hpp"

namespace postern::app {

bool speaks_smtp(ListenRole role);
session::ListenerConfig listener_config(ListenSettings const& listener);  // of any role but https
std::string describe(ListenSettings const& listener, net::Endpoint const& at);

}  // namespace postern::app

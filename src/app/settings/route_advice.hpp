// Routes that are never taken, that lead back to this server, or that ask for what the other side cannot do.
#pragma once

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"
#include "net/ourselves.hpp"
#include "policy/directory.hpp"

namespace postern::app {

// `we`: this server, with its listeners for SMTP.
void advise_about_routes(Settings const& settings, policy::Directory const& directory,
                         net::Ourselves const& we, Problems& problems);

}  // namespace postern::app

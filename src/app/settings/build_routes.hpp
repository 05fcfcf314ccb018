// From [routes] to the table by which mail for other domains finds its way.
#pragma once

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"
#include "delivery/route.hpp"

namespace postern::app {

delivery::RouteTable build_routes(Settings const& settings, Problems& problems);

}  // namespace postern::app

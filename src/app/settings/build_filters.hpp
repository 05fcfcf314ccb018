// From [[filters]] to what sessions go by.
#pragma once

#include <vector>

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"
#include "session/filter_config.hpp"

namespace postern::app {

std::vector<session::FilterConfig> build_filters(Settings const& settings, Problems& problems);

}  // namespace postern::app

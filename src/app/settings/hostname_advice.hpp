// What other servers think of our own name, which we say at EHLO.
#pragma once

#include <string>

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"

namespace postern::app {

// An error where it is no host name, a warning where others refuse it or cannot find it.
void advise_about_hostname(Settings const& settings, Problems& problems);

}  // namespace postern::app

// What is done about the authentication of mail, as the configuration says it.
#pragma once

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"
#include "policy/policy.hpp"

namespace postern::app {

policy::DmarcSettings build_dmarc(LiveSettings const& live, Problems& problems);

// Settings that do not go together, and a name that cannot stand in a header field.
void check_authentication(Settings const& settings, Problems& problems);

}  // namespace postern::app

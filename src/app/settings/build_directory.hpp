// From [domains] to the directory of our own mailboxes and aliases.
#pragma once

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"
#include "policy/directory.hpp"

namespace postern::app {

policy::Directory build_directory(Settings const& settings, Problems& problems);

}  // namespace postern::app

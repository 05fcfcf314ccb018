// From auth.* to who may log in, and as whom they may send.
#pragma once

#include <memory>

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"
#include "policy/sender_rights.hpp"
#include "session/passwords.hpp"

namespace postern::app {

std::shared_ptr<session::Passwords const> build_passwords(Settings const& settings, Problems& problems);
policy::SenderGrants build_sender_grants(LiveSettings const& live, Problems& problems);

}  // namespace postern::app

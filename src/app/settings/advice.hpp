// What is legal in a configuration and most likely wrong: relays that are open, mailboxes that share a
// directory, addresses of ours that nobody has, users that nobody can be, secrets that everybody can read,
// times that contradict each other. Each is a warning that names the key and what would be right; what can
// only be a mistake is an error. Listeners, routes, names and certificates have files of their own.
#pragma once

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"
#include "policy/directory.hpp"
#include "session/passwords.hpp"

namespace postern::app {

// `passwords`: null when nobody can log in.
void advise(Settings const& settings, policy::Directory const& directory, session::Passwords const* passwords,
            Problems& problems);

// Each {word} of a Maildir path that is neither {domain} nor {local} is an error. `where`: the key.
void check_template(std::string const& path, int line, std::string const& where, Problems& problems);

}  // namespace postern::app

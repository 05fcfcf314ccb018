// From [dkim] and [forwarding] to the keys that sign what leaves, and the secrets of sender addresses for
// what is passed on.
#pragma once

#include <memory>

#include "app/settings/make.hpp"
#include "app/settings/problems.hpp"
#include "auth/signing_keys.hpp"
#include "auth/srs.hpp"
#include "policy/directory.hpp"

namespace postern::app {

// Null: nothing is signed. A key that cannot be read is an error, so that a reload keeps the keys in use:
// mail that leaves unsigned is refused where the author's domain publishes a strict DMARC policy.
std::shared_ptr<auth::SigningKeys const> build_signing_keys(Settings const& settings, Problems& problems);

// Null: senders stay as they are. The secrets are in data_dir, one per line; the first makes addresses, and
// those of all are accepted.
std::shared_ptr<auth::Srs const> build_srs(Settings const& settings, Make make, Problems& problems);

// Domains without keys, keys that others can read, and mail that is passed on and will not arrive. `keys`:
// null when nothing is signed.
void advise_about_signing(Settings const& settings, auth::SigningKeys const* keys,
                          policy::Directory const& directory, Problems& problems);

}  // namespace postern::app

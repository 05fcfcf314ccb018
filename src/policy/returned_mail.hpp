// Mail that comes back to a sender address which we have made for a forwarded message (auth/srs).
#pragma once

#include <optional>

#include "base/address.hpp"
#include "base/instant.hpp"
#include "policy/policy.hpp"

namespace postern::policy {

// The original sender, to whom it is passed on. Absent: the address is none that we have made, its time is
// over, or the mail is no report: only the null sender writes to such an address (RFC 5321 section 4.5.5).
std::optional<Address> returned_to(Policy const& policy, std::optional<Address> const& reverse_path,
                                   Address const& recipient, Instant now);

}  // namespace postern::policy

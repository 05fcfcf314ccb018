// The addresses in a To, Cc, Bcc or From field (RFC 5322 section 3.4): names, comments, groups and source
// routes are passed over. Bounds: 100,000 addresses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"

namespace postern::wire {

// `default_host`: of addresses without one, as local programs write them; empty: they are errors. The error
// quotes what is no address.
Result<std::vector<Address>, std::string> parse_address_list(std::string_view text,
                                                             std::string_view default_host);

}  // namespace postern::wire

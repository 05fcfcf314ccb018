// The mechanisms of SPF that compare the client with what the DNS says of a name (RFC 7208 sections 5.3 to
// 5.7). Those that are decided without the DNS, and "include", are spf_evaluation's.
#pragma once

#include <optional>
#include <string>

#include "auth/spf_lookups.hpp"
#include "auth/spf_record.hpp"

namespace postern::auth {

// Absent: the DNS is wanted first. `name`: the domain-spec, expanded.
std::optional<SpfStep> match_addresses(std::string const& name, SpfDirective const& directive,
                                       SpfLookups& lookups);
std::optional<SpfStep> match_mail_hosts(std::string const& name, SpfDirective const& directive,
                                        SpfLookups& lookups);
std::optional<SpfStep> match_pointers(std::string const& name, SpfLookups& lookups);
std::optional<SpfStep> match_existence(std::string const& name, SpfLookups& lookups);

}  // namespace postern::auth

// What our own domains publish: the MTA-STS policy and its record, for the site that serves it and for
// `postern dns`; and how texts stand in zone files.
#pragma once

#include <string>
#include <string_view>

#include "app/settings/settings.hpp"
#include "web/sts_site.hpp"

namespace postern::app {

wire::StsPolicy published_policy(DomainSettings const& domain, std::string const& hostname);
// Another one for each change of the policy (RFC 8461 section 3.1).
std::string policy_id(wire::StsPolicy const& policy);
// The text of a TXT record as a zone file has it: in quotes, in strings of at most 255 octets (RFC 1035
// section 3.3.14).
std::string zone_strings(std::string_view text);
web::StsPolicies published_policies(LiveSettings const& settings);

}  // namespace postern::app

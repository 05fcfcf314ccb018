// What our own domains publish: the MTA-STS policy and its record, for the site that serves it and for
// `postern dns`.
#pragma once

#include <string>

#include "app/settings/settings.hpp"
#include "web/sts_site.hpp"

namespace postern::app {

wire::StsPolicy published_policy(DomainSettings const& domain, std::string const& hostname);
// Another one for each change of the policy (RFC 8461 section 3.1).
std::string policy_id(wire::StsPolicy const& policy);
web::StsPolicies published_policies(LiveSettings const& settings);

}  // namespace postern::app

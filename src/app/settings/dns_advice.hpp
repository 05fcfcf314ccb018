// Whether the DNS can be asked as the configuration says.
#pragma once

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"

namespace postern::app {

// What keeps the server from starting is an error.
void check_dns(net::DnsSettings const& dns, Problems& problems);

// DNSSEC is validated, so that DANE can apply.
bool validates(net::DnsSettings const& dns);

}  // namespace postern::app

// What is served over HTTPS for our own domains: the MTA-STS policy (RFC 8461 section 3.3). Pure.
#pragma once

#include <string>
#include <unordered_map>

#include "web/http_server.hpp"

namespace postern::web {

using StsPolicies = std::unordered_map<std::string, std::string>;  // by domain: the policy as served

HttpAnswer answer_sts(StsPolicies const& policies, HttpRequest const& request);

}  // namespace postern::web

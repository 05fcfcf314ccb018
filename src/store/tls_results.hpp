// What the store of facts tells of the TLS sessions with other servers, as reports count them (RFC 8460
// section 4). Blocking; of one thread.
#pragma once

#include <string>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "wire/tls_report.hpp"

namespace postern::store {

// Of sessions that began in [from, to): one for each domain and policy, by domain. The error is a sentence.
Result<std::vector<wire::TlsPolicyResult>, std::string> read_tls_results(std::string const& facts,
                                                                         Instant from, Instant to);

}  // namespace postern::store

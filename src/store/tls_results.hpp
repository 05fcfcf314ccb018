// What the store of facts tells of the TLS sessions with other servers, as reports count them (RFC 8460
// section 4). Blocking. Threads: one.
#pragma once

#include <string>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "wire/tls_report.hpp"

namespace postern::store {

// One result for each domain and policy, sorted by domain, of the sessions that began in [from, to). The
// error is a sentence.
Result<std::vector<wire::TlsPolicyResult>, std::string> read_tls_results(std::string const& facts,
                                                                         Instant from, Instant to);

}  // namespace postern::store

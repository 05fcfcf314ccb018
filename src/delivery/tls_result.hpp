// How a session counts in the report about its domain (RFC 8460 section 4): under which policy, and with what
// result. Pure.
#pragma once

#include <string>

#include "delivery/host_finder.hpp"
#include "session/client_session.hpp"
#include "store/evidence.hpp"

namespace postern::delivery {

// For a host of a domain whose mail hosts the DNS has named; others have nobody to report to.
store::ReportedPolicy reported_policy(Candidates const& candidates, FoundHost const& host);

// "success", or a type of failure (RFC 8460 section 4.3). `offered`: STARTTLS was, and was not refused.
std::string session_result(store::ReportedPolicy const& reported, policy::HostPlan const& plan, bool offered,
                           session::ClientTlsOutcome const& tls);
// Of a session that did not come about, because the host may not be used. Empty: it does not count.
std::string refusal_result(FoundHost const& host);

}  // namespace postern::delivery

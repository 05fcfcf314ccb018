// The one decision function, used by the gate before it answers and by what-if over what has been recorded.
#pragma once

#include "policy/facts.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

namespace postern::policy {

// What to do at `facts.stage`. At Stage::rcpt it is about the last of the recipients, of which there is at
// least one: there TLS is asked for, since mail to postmaster and to the addresses of TLS reports (RFC 8460
// section 3) is exempt. The owner's rules come before `tls.require`: one that accepts is an exemption.
Verdict decide(Policy const& policy, Facts const& facts);

// Whether a client may send to domains elsewhere: by its network, its certificate, or its login.
bool relays_for(Policy const& policy, ConnectionFacts const& connection);

// Whether a client is a host of our own: this one, or one that may send to domains elsewhere without a login.
bool is_own_host(Policy const& policy, ConnectionFacts const& connection);

// Whether it is looked at who stands behind its messages: they come to an MX listener, from outside.
bool verifies_messages(Policy const& policy, ConnectionFacts const& connection);

}  // namespace postern::policy

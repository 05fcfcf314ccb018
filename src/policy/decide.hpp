// The one decision function, used by the gate before it answers and by what-if over what has been recorded.
#pragma once

#include "base/instant.hpp"
#include "policy/facts.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

namespace postern::policy {

// What to do at `facts.stage`. At Stage::rcpt it is about the last of the recipients, of which there is at
// least one: there TLS is asked for,
// since mail to postmaster and to the addresses of TLS reports (RFC 8460 section 3) is exempt. The owner's
// rules come before `tls.require`: one that accepts is an exemption.
Verdict decide(Policy const& policy, Facts const& facts);

// Whether a client may send to domains elsewhere: by its network, its certificate, or its login.
bool relays_for(Policy const& policy, ConnectionFacts const& connection);

// Whether STARTTLS is announced in the answer to EHLO, where TLS can still begin. It is withheld from a
// client whose handshakes have kept failing, so that its mail comes in the clear rather than never.
bool offers_starttls(Policy const& policy, ConnectionFacts const& connection, Instant now);
bool withholds_starttls(Policy const& policy, ConnectionFacts const& connection, Instant now);

}  // namespace postern::policy

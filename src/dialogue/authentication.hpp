// From what has been found out about a message to the facts about it, and to the field that tells others
// (RFC 8601).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/message_check.hpp"
#include "auth/spf_evaluation.hpp"
#include "policy/facts.hpp"
#include "policy/policy.hpp"

namespace postern::dialogue {

// `facts`: those of the connection and the transaction so far. `draw`: an evenly distributed number from 0 to
// 99, by which messages are spared (pct=).
policy::AuthenticationFacts authentication_facts(auth::MessageFindings const& findings,
                                                 policy::Facts const& facts,
                                                 policy::DmarcSettings const& settings, int draw);

// The field with its name; lines end with LF. `spf` absent: it was not asked for. `server`: the authserv-id.
std::string authentication_field(auth::MessageFindings const& findings, policy::Facts const& facts,
                                 std::optional<auth::SpfAnswer> const& spf, std::string_view server);

}  // namespace postern::dialogue

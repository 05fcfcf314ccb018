// The built-in rule `dmarc.enforce`: what is done with mail that fails DMARC, when nothing else has decided.
#pragma once

#include "policy/facts.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

namespace postern::policy {

// Whether it would do anything to this message, if it were enforced.
bool fails_dmarc(Facts const& facts);

// Whether it does. What a replay does not know of a message is noted in its verdict by decide().
bool asks_for_dmarc(Policy const& policy, Facts const& facts);

// Refuses the message, or flags it for those recipients for whom no rule has.
void enforce_dmarc(Facts const& facts, Verdict& verdict);

}  // namespace postern::policy

// Whether a user who has logged in sends as himself: the sender of the envelope, and those that the From,
// Sender, Resent-From and Resent-Sender fields name (RFC 6409 section 6.1). A message without a From field
// claims nobody, and readers show whom they like: it is refused (RFC 6409 section 6.3). We add no such field,
// since what the user's program left out is not ours to guess, and the user hears of it at once.
#pragma once

#include <string>

#include "base/address.hpp"
#include "policy/facts.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

namespace postern::policy {

// A user is called as auth.users_file has it. His own addresses: of "alice@example.org" this mailbox, of
// "alice" the one of this name in every domain of ours; aliases that lead there; all of these with a
// "+detail".
bool may_send_as(Policy const& policy, std::string const& user, Address const& address);

// At MAIL and at the end of the content: a verdict that refuses, or an empty one. Only what users of ours
// send on a submission listener is looked at, and the null sender passes: it claims nothing.
Verdict judge_login_sender(Policy const& policy, Facts const& facts);
Verdict judge_login_authors(Policy const& policy, Facts const& facts);

}  // namespace postern::policy

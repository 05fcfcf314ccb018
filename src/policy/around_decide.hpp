// What happens to the facts around each decision: before it what is remembered is recalled, after it what it
// has found is noted. Whoever keeps the facts of a conversation calls both at every stage.
#pragma once

#include "policy/deferred_mail.hpp"
#include "policy/facts.hpp"
#include "policy/policy.hpp"
#include "policy/tls_memory.hpp"
#include "policy/verdict.hpp"

namespace postern::policy {

// Fills in what is remembered as far as `facts.stage` asks for it: of the client when it connects; of its
// host and of the sender's domain at MAIL, when the client's name is known; of the last recipient's mail at
// RCPT.
void recall(TlsMemory const& memory, DeferredMail const& deferred, Policy const& policy, Facts& facts);

// Notes which rules have matched, how recipients are marked, and whether mail has come in the clear though
// TLS was to be expected.
void note(Policy const& policy, Verdict const& verdict, Facts& facts);

// Whether a recipient was refused because nobody here has it, to a client that may not relay: it may be
// guessing.
bool is_guess(Policy const& policy, ConnectionFacts const& connection, Verdict const& verdict);

// How many refused recipients of a transaction are kept in its facts: guesses, and others.
inline constexpr std::uint32_t most_guesses_listed = 20;
inline constexpr std::uint32_t most_refused_listed = 100;

// The last recipient was refused, as so many in its transaction (this one included). It stays in the facts,
// or is counted only.
void list_refused(TransactionFacts& transaction, std::uint32_t refused, bool guess);

// Whether the last recipient, at Stage::rcpt, brings mail in the clear from a host of which TLS is expected.
bool is_downgrade(Policy const& policy, Facts const& facts);

}  // namespace postern::policy

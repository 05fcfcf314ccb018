// From the facts of a transaction to what is kept with its message: the envelope, and the Received field.
#pragma once

#include <string>

#include "base/instant.hpp"
#include "base/message_id.hpp"
#include "policy/directory.hpp"
#include "policy/facts.hpp"
#include "wire/envelope.hpp"
#include "wire/received.hpp"

namespace postern::dialogue {

// The recipients that were accepted, through aliases, each mailbox once.
wire::Envelope make_envelope(policy::Facts const& facts, policy::Directory const& directory, Instant now);

wire::Received make_trace(policy::Facts const& facts, std::string const& hostname, MessageId id, Instant now);

}  // namespace postern::dialogue

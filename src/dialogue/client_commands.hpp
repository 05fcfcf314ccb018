// The commands that carry a message's envelope, and what keeps a message from a server that lacks an
// extension it needs.
#pragma once

#include <optional>
#include <string>

#include "dialogue/outgoing_message.hpp"
#include "wire/extensions.hpp"
#include "wire/reply.hpp"

namespace postern::dialogue {

// Lines without their ends. Parameters are said to servers only that offer their extension.
std::string mail_command(OutgoingMessage const& message, wire::PeerExtensions const& peer);
std::string rcpt_command(OutgoingRecipient const& recipient, wire::PeerExtensions const& peer);

// What the server lacks for this message, as the reply that refuses it; absent: nothing.
std::optional<wire::Reply> missing_for(OutgoingMessage const& message, wire::PeerExtensions const& peer,
                                       bool over_tls);

}  // namespace postern::dialogue

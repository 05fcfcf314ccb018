// The commands that carry a message's envelope, and what keeps a message from a server that lacks an
// extension it needs.
#pragma once

#include <optional>
#include <string>

#include "dialogue/outgoing_message.hpp"
#include "wire/extensions.hpp"
#include "wire/reply.hpp"

namespace postern::dialogue {

struct Hop {  // how a message would go to the server
  wire::PeerExtensions const& peer;
  bool over_tls = false;
  bool chunking = false;        // by BDAT
  bool final_delivery = false;  // by LMTP: the server is the owner's, and keeps the mail
};

// Lines without their ends. Parameters are said to servers only that offer their extension.
std::string mail_command(OutgoingMessage const& message, wire::PeerExtensions const& peer);
std::string rcpt_command(OutgoingRecipient const& recipient, wire::PeerExtensions const& peer);

// Whether the server takes the message only when its content has been converted to 7 bits (wire/seven_bit):
// text for want of 8BITMIME (RFC 6152 section 3), binary content for want of BINARYMIME (RFC 3030 section 3).
bool needs_seven_bit(OutgoingMessage const& message, Hop const& hop);

// What the server lacks for this message, as the reply that refuses it; absent: nothing. Whether SMTPUTF8 is
// needed is decided by the addresses and the header section (RFC 6531 section 3.2), whatever the client said;
// for final delivery by the addresses alone, since a header in UTF-8 harms no mailbox.
std::optional<wire::Reply> missing_for(OutgoingMessage const& message, Hop const& hop);

}  // namespace postern::dialogue

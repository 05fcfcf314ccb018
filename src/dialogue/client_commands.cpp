#include "dialogue/client_commands.hpp"

#include <algorithm>

namespace postern::dialogue {

using wire::Body;
using wire::Reply;

namespace {

bool addresses_need_utf8(OutgoingMessage const& message) {
  return (message.reverse_path && message.reverse_path->needs_smtputf8()) ||
         std::any_of(message.recipients.begin(), message.recipients.end(),
                     [](auto const& r) { return r.address.needs_smtputf8(); });
}

// What a sender without SMTPUTF8 puts into a header passes as it came (RFC 6531 section 3.3 is about
// senders).
bool header_needs_utf8(OutgoingMessage const& message) {
  return message.smtputf8 && message.content.header_8bit;
}

// The header fields of parts may be in UTF-8, too, and nobody has looked at those.
bool content_may_need_utf8(OutgoingMessage const& message) {
  return message.smtputf8 && message.content.content_8bit;
}

std::string why_kept(OutgoingMessage const& message) {
  return message.obstacle.empty() ? std::string() : ", and it cannot be converted: " + message.obstacle;
}

}  // namespace

std::string mail_command(OutgoingMessage const& message, wire::PeerExtensions const& peer) {
  std::string line =
      "MAIL FROM:<" + (message.reverse_path ? message.reverse_path->print() : std::string()) + ">";
  if (peer.size) line += " SIZE=" + std::to_string(message.size);
  if (message.body == Body::binary_mime && peer.binary_mime)
    line += " BODY=BINARYMIME";
  else if (peer.eight_bit_mime && (message.body != Body::seven_bit || message.content.content_8bit))
    line += " BODY=8BITMIME";
  if (peer.smtputf8 && (addresses_need_utf8(message) || content_may_need_utf8(message))) line += " SMTPUTF8";
  if (message.requiretls) line += " REQUIRETLS";     // RFC 8689 section 4.2.1
  if (peer.dsn && message.ret != wire::Ret::unsaid)  // RFC 3461 section 4.3
    line += message.ret == wire::Ret::full ? " RET=FULL" : " RET=HDRS";
  if (peer.dsn && !message.envid.empty()) line += " ENVID=" + message.envid;
  return line;
}

std::string rcpt_command(OutgoingRecipient const& recipient, wire::PeerExtensions const& peer) {
  std::string line = "RCPT TO:<" + recipient.address.print() + ">";
  if (!peer.dsn) return line;
  if (recipient.notify.said) line += " NOTIFY=" + recipient.notify.print();  // RFC 3461 section 4.1
  if (!recipient.orcpt.empty()) line += " ORCPT=" + recipient.orcpt;         // RFC 3461 section 4.2
  return line;
}

bool needs_seven_bit(OutgoingMessage const& message, Hop const& hop) {
  if (message.body == Body::binary_mime) return !(hop.peer.binary_mime && hop.chunking);
  return message.content.content_8bit && !hop.peer.eight_bit_mime;
}

std::optional<Reply> missing_for(OutgoingMessage const& message, Hop const& hop) {
  auto const& peer = hop.peer;
  if (message.requiretls && !(hop.over_tls && peer.requiretls))  // RFC 8689 section 4.2.1
    return Reply{550, {5, 7, 30}, "REQUIRETLS support required, which the server does not offer"};
  if (peer.size_limit > 0 && message.size > peer.size_limit)  // RFC 1870 section 6.1
    return Reply{
        552,
        {5, 3, 4},
        "the message is larger than the server takes (" + std::to_string(peer.size_limit) + " bytes)"};
  bool const utf8 = addresses_need_utf8(message) || (header_needs_utf8(message) && !hop.final_delivery);
  if (utf8 && !peer.smtputf8)  // RFC 6531 section 3.5
    return Reply{553, {5, 6, 7}, "an address or the header needs SMTPUTF8, which the server does not offer"};
  if (!needs_seven_bit(message, hop)) return std::nullopt;
  if (message.body == Body::binary_mime)  // RFC 3030 section 3
    return Reply{554,
                 {5, 6, 3},
                 "the message is binary (BINARYMIME), which the server does not take" + why_kept(message)};
  if (message.body == Body::eight_bit_mime)  // RFC 6152 section 3
    return Reply{
        554,
        {5, 6, 3},
        "the message has 8-bit content, which the server does not take (8BITMIME)" + why_kept(message)};
  return std::nullopt;
}

}  // namespace postern::dialogue

// A message that a local program has left for the server: a file, written while the server may be down.
// Anybody on the machine may write one, so nothing in it is believed beyond what a client may say. Form: a
// line with the version, the sender and each recipient as MAIL and RCPT have them ("FROM:<a@b.example>",
// "TO:<c@d.example> NOTIFY=NEVER"), an empty line, the content; lines of the first part end with LF. Bounds:
// 4,096 bytes per line, 100,000 recipients, 64 MiB before the content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/mail_command.hpp"
#include "wire/rcpt_command.hpp"

namespace postern::wire {

struct DroppedMessage {
  MailCommand mail;                     // as after MAIL FROM:
  std::vector<RcptCommand> recipients;  // as after RCPT TO:
  std::string content;
};

constexpr std::size_t dropped_envelope_limit = 64U << 20;  // bytes before the content

std::string print(DroppedMessage const& message);

// The one judge of such a file: who writes one asks it before, who picks one up asks it afterwards. `limit`:
// bytes of content. The error is for people.
Result<DroppedMessage, std::string> parse_dropped_message(std::string_view text, std::uint64_t limit);

}  // namespace postern::wire

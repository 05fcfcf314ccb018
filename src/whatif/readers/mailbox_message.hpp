// What the header section of a stored message tells: how it came over the border, from whom, and whether it
// was wanted.
// Bounds: 64 Received fields are looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "whatif/readers/border.hpp"
#include "whatif/readers/mail_time.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

// Where a message was found, and what that tells of it.
struct MailPlace {
  bool junk_folder = false;             // among the unwanted
  std::optional<Instant> filed = {};    // when it was put there
  Instant mailbox_changed = Instant{};  // the mailbox's last change; the epoch: not known
};

struct MailboxMessage {
  Reception reception;                        // Origin::local: no hop from outside
  std::string border;                         // who wrote the hop that tells
  MailTime time;                              // reception.at is the same; the epoch when it is not known
  bool has_tls_comment = false;               // the border wrote one
  bool plaintext_if_border_comments = false;  // in plaintext if the border is known to write them
};

// `header`: lines that end with LF or CRLF.
MailboxMessage read_message(std::string_view header, Border const& border, MailPlace const& place = {});

}  // namespace postern::whatif

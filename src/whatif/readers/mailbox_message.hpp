// What the header section of a stored message tells: how it came over the border, from whom, and whether it
// was wanted.
// Bounds: 64 Received fields are looked at.
#pragma once

#include <optional>
#include <string_view>

#include "whatif/readers/border.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

struct MailboxMessage {
  Reception reception;  // Origin::local: no hop from outside
  std::string border;   // who wrote the hop that tells
};

// `header`: lines that end with LF or CRLF. `junk_folder`: it lies among the unwanted.
MailboxMessage read_message(std::string_view header, Border const& border, bool junk_folder);

}  // namespace postern::whatif

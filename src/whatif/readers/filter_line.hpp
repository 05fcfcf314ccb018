// The verdict in a log line of SpamAssassin's spamd, of amavis or of rspamd.
// Lifetime: the texts are views into the line.
#pragma once

#include <optional>
#include <string_view>

#include "whatif/readers/log_line.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

struct FilterVerdict {
  std::string_view queue_id;    // of the message as it came; empty: not told
  std::string_view queued_as;   // of the message as the filter put it back
  std::string_view message_id;  // without its angle brackets
  Wanted wanted = Wanted::unknown;
};

bool is_content_filter(std::string_view program);

// Absent: the line is about something else, or leaves it open whether the message is wanted.
std::optional<FilterVerdict> filter_verdict(LogLine const& line);

// What Exim logs of a message behind its id (sa-exim), or behind its host (an ACL that asks SpamAssassin):
// "SA: Action: scanned but message isn't spam: score=-1.9 ...", " Warning: "SpamAssassin as u detected
// message as spam (12.1)"".
Wanted exim_verdict(std::string_view text);

}  // namespace postern::whatif

// When a stored message came over the border, and how far that can be believed: by the border's own field,
// held against the other times that the message and its place tell.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "whatif/readers/received_hop.hpp"

namespace postern::whatif {

struct MailTime {
  std::optional<Instant> at = {};  // absent: nothing tells it
  bool certain = false;            // another of its times agrees, and it is no later than the mailbox
  bool after_mailbox = false;      // later than the mailbox's last change
};

struct MailTimes {
  std::optional<Instant> date = {};   // of the Date field, which the sender writes
  std::optional<Instant> filed = {};  // when it was put in its mailbox
  Instant mailbox_changed{};          // the mailbox's last change; the epoch: not known
};

// `border`: the index of the hop that counts.
MailTime time_of_mail(std::vector<ReceivedHop> const& hops, std::size_t border, MailTimes const& times);

// The time in a From line (RFC 4155 appendix A), in UTC when it names no zone: "From a@x.example Tue Nov 24
// 00:00:00 2026", "From 1@xxx Tue Nov 24 00:00:00 +0000 2026". Absent: there is none.
std::optional<Instant> time_of_from_line(std::string_view line);

}  // namespace postern::whatif

// Turns the endings of an attempt into delivery status notifications for the sender, where one is due (RFC
// 3461 section 5.2): for failures unless the sender said NEVER, for deliveries when asked for. Never about a
// message from the null sender.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "delivery/destination.hpp"
#include "store/spool.hpp"
#include "wire/delivery_report.hpp"

namespace postern::delivery {

struct ReportMessage {
  wire::Envelope envelope;
  std::string content;
};

// `id`: of the report. Absent: none is due.
std::optional<ReportMessage> make_report(wire::Action action, Attempt const& attempt,
                                         std::vector<RecipientOutcome> const& outcomes,
                                         store::Spool const& spool, std::string const& hostname, MessageId id,
                                         Instant now);

}  // namespace postern::delivery

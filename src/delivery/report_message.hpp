// Turns the endings of an attempt into delivery status notifications for the sender, where one is due (RFC
// 3461 section 5.2): for failures unless the sender said NEVER, for deliveries, relays and delays when asked
// for. Never about a message from the null sender.
#pragma once

#include <string>
#include <vector>

#include "delivery/destination.hpp"
#include "store/spool.hpp"
#include "wire/delivery_report.hpp"

namespace postern::delivery {

struct ReportRequest {
  wire::Action action;
  Attempt const& attempt;
  std::vector<RecipientOutcome> const& outcomes;
  std::string const& hostname;
  Instant now;
  Duration delay_notice;  // how long after its arrival the delay of a message is told
  Duration lifetime;      // how long it is tried
};

// The envelope lacks what enqueue() finds out: the size, and what the content asks of servers.
struct ReportMessage {
  wire::Envelope envelope;
  std::string content;
};

bool report_due(ReportRequest const& request);
// `id`: of the report. Only when it is due.
ReportMessage make_report(ReportRequest const& request, store::Spool const& spool, MessageId id);

}  // namespace postern::delivery

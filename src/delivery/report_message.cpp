#include "delivery/report_message.hpp"

#include <algorithm>

namespace postern::delivery {
namespace {

constexpr std::size_t content_limit = 64 * 1024;  // bytes of the message that go back with a report

// The delay is reported by the attempt that was due at the moment of the notice or before it, and by no later
// one, so that it is reported once.
bool delay_is_due(ReportRequest const& request, wire::QueuedRecipient const& recipient) {
  auto const notice = request.attempt.envelope.arrived + request.delay_notice;
  return recipient.notify.delay && recipient.due <= notice && notice <= request.now;
}

bool is_due(ReportRequest const& request, RecipientOutcome const& outcome) {
  auto const& recipient = request.attempt.envelope.recipients[outcome.recipient];
  switch (request.action) {
    case wire::Action::failed: return outcome.ending == Ending::failed && recipient.notify.wants_failure();
    case wire::Action::delivered:
      return outcome.ending == Ending::delivered && outcome.relayed == Relayed::no &&
             recipient.notify.success;
    case wire::Action::relayed:  // RFC 3461 section 5.2.2
      return outcome.ending == Ending::delivered && outcome.relayed == Relayed::beyond_dsn &&
             recipient.notify.success;
    case wire::Action::delayed: return outcome.ending == Ending::deferred && delay_is_due(request, recipient);
  }
  return false;
}

wire::EnhancedStatus status_of(wire::Reply const& reply) {
  if (reply.status.present()) return reply.status;
  return {static_cast<std::uint8_t>(reply.positive() ? 2 : reply.permanent() ? 5 : 4), 0, 0};
}

// Why the content of the message does not go back with the report of a failure; empty: it does.
std::string_view reason_to_leave_out(wire::Envelope const& original) {
  if (original.requiretls)  // RFC 8689 section 5: as if RET=HDRS had been said
    return "it demands TLS on its whole way (REQUIRETLS), which the way back may not offer";
  if (original.size > content_limit) return "it is larger than 64 KiB";
  if (original.body == wire::Body::binary_mime) return "it is binary (BINARYMIME)";
  return {};
}

// Whether all was read that was asked for.
bool read_original(Attempt const& attempt, store::Spool const& spool, wire::DeliveryReport& report) {
  for (std::size_t i = 0; i == 0 || report.with_content; ++i) {
    auto const chunk = spool.read_chunk(attempt.id, i);
    if (!chunk) return false;
    if (!*chunk) return true;
    report.original += **chunk;
  }
  if (!report.with_content && report.original.size() > content_limit)  // whole lines of the header section
    report.original.resize(report.original.rfind('\n', content_limit) + 1);
  return true;
}

}  // namespace

bool report_due(ReportRequest const& request) {
  return request.attempt.envelope.reverse_path &&
         std::any_of(request.outcomes.begin(), request.outcomes.end(),
                     [&](auto const& outcome) { return is_due(request, outcome); });
}

ReportMessage make_report(ReportRequest const& request, store::Spool const& spool, MessageId id) {
  auto const& original = request.attempt.envelope;
  wire::DeliveryReport report;
  report.action = request.action;
  report.reporting_mta = request.hostname;
  report.id = id.print();
  report.to = original.reverse_path;
  report.envid = original.envid;
  report.arrived = original.arrived;
  report.now = request.now;
  report.retry_until = original.arrived + request.lifetime;
  for (auto const& outcome : request.outcomes)
    if (is_due(request, outcome))
      report.recipients.push_back({original.recipients[outcome.recipient], status_of(outcome.reply),
                                   outcome.reply.one_line(), outcome.remote});
  // RFC 3461 section 4.3: RET is about failures; a report of anything else never has the content.
  if (request.action == wire::Action::failed && original.ret != wire::Ret::headers) {
    report.left_out = reason_to_leave_out(original);
    report.with_content = report.left_out.empty();
  }
  if (!read_original(request.attempt, spool, report)) {
    report.with_content = false;
    report.left_out = "it could not be read in full";
  }
  ReportMessage message;
  message.content = print(report);
  message.envelope.arrived = request.now;
  message.envelope.smtputf8 = needs_smtputf8(report);
  message.envelope.requiretls = original.requiretls;  // RFC 8689 section 5
  message.envelope.recipients.push_back({*report.to, {}, {}, {}, {}, 0, request.now, {}});
  return message;
}

}  // namespace postern::delivery

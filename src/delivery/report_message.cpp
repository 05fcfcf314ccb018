#include "delivery/report_message.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::delivery {
namespace {

constexpr std::uint64_t content_limit = 64 * 1024;  // bytes of the message that go back with a report

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

std::string read_original(Attempt const& attempt, store::Spool const& spool, bool whole) {
  std::string original;
  for (std::size_t i = 0; i == 0 || whole; ++i) {
    auto const chunk = spool.read_chunk(attempt.id, i);
    if (!chunk || !*chunk) break;
    original += **chunk;
  }
  return original;
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
  report.with_content = request.action == wire::Action::failed && original.ret != wire::Ret::headers &&
                        original.size <= content_limit && original.body != wire::Body::binary_mime;
  report.original = read_original(request.attempt, spool, report.with_content);
  ReportMessage message;
  message.content = print(report);
  message.envelope.arrived = request.now;
  message.envelope.size = message.content.size();
  message.envelope.smtputf8 = needs_smtputf8(report);
  message.envelope.content = {message.envelope.smtputf8, !is_ascii(message.content), false};
  if (message.envelope.content.content_8bit) message.envelope.body = wire::Body::eight_bit_mime;
  message.envelope.requiretls = original.requiretls;  // RFC 8689 section 5
  message.envelope.recipients.push_back({*report.to, {}, {}, {}, {}, 0, request.now, {}});
  return message;
}

}  // namespace postern::delivery

#include "delivery/report_message.hpp"

namespace postern::delivery {
namespace {

constexpr std::uint64_t content_limit = 64 * 1024;  // bytes of the message that go back with a report

bool is_due(wire::Action action, Ending ending, wire::Notify const& notify) {
  switch (action) {
    case wire::Action::failed: return ending == Ending::failed && notify.wants_failure();
    case wire::Action::delivered: return ending == Ending::delivered && notify.success;
  }
  return false;
}

wire::EnhancedStatus status_of(wire::Reply const& reply) {
  if (reply.status.present()) return reply.status;
  return reply.positive() ? wire::EnhancedStatus{2, 0, 0} : wire::EnhancedStatus{5, 0, 0};
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

std::optional<ReportMessage> make_report(wire::Action action, Attempt const& attempt,
                                         std::vector<RecipientOutcome> const& outcomes,
                                         store::Spool const& spool, std::string const& hostname, MessageId id,
                                         Instant now) {
  auto const& original = attempt.envelope;
  if (!original.reverse_path) return std::nullopt;
  wire::DeliveryReport report{action,
                              hostname,
                              id.print(),
                              attempt.id.print(),
                              *original.reverse_path,
                              original.envid,
                              original.arrived,
                              now,
                              {},
                              false,
                              {}};
  for (auto const& outcome : outcomes) {
    auto const& recipient = original.recipients[outcome.recipient];
    if (!is_due(action, outcome.ending, recipient.notify)) continue;
    report.recipients.push_back(
        {recipient, status_of(outcome.reply), outcome.reply.one_line(), outcome.remote});
  }
  if (report.recipients.empty()) return std::nullopt;
  // RFC 3461 section 4.3: RET is about failures; a report of delivery never has the content.
  report.with_content = action == wire::Action::failed && original.ret != wire::Ret::headers &&
                        original.size <= content_limit && original.body != wire::Body::binary_mime;
  report.original = read_original(attempt, spool, report.with_content);
  ReportMessage message;
  message.content = print(report);
  message.envelope.arrived = now;
  message.envelope.size = message.content.size();
  message.envelope.body = wire::Body::eight_bit_mime;
  message.envelope.smtputf8 = needs_smtputf8(report);
  message.envelope.recipients.push_back({report.to, {}, {}, {}, {}, 0, now, {}});
  return message;
}

}  // namespace postern::delivery

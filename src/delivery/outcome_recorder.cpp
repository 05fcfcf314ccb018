#include "delivery/outcome_recorder.hpp"

#include "base/ascii.hpp"
#include "delivery/enqueue.hpp"

namespace postern::delivery {
namespace {

std::string_view word(Ending ending) {
  switch (ending) {
    case Ending::delivered: return "delivered";
    case Ending::deferred: return "deferred";
    case Ending::failed: return "failed";
  }
  return {};
}

store::DeliveryOutcome to_fact(Ending ending) {
  switch (ending) {
    case Ending::delivered: return store::DeliveryOutcome::delivered;
    case Ending::deferred: return store::DeliveryOutcome::deferred;
    case Ending::failed: return store::DeliveryOutcome::failed;
  }
  return store::DeliveryOutcome::deferred;
}

Count to_count(Ending ending) {
  switch (ending) {
    case Ending::delivered: return Count::delivered;
    case Ending::deferred: return Count::delivery_deferred;
    case Ending::failed: return Count::bounced;
  }
  return Count::delivery_deferred;
}

wire::RecipientState to_state(Ending ending) {
  switch (ending) {
    case Ending::delivered: return wire::RecipientState::delivered;
    case Ending::failed: return wire::RecipientState::failed;
    case Ending::deferred: break;
  }
  return wire::RecipientState::waiting;
}

// What the message says it is about; empty where it says nothing.
std::string subject_of(store::Spool const& spool, MessageId id) {
  constexpr std::string_view field = "\r\nSubject:";
  auto const piece = spool.read_chunk(id, 0);
  if (!piece || !*piece) return {};
  std::string_view const text = **piece;
  auto const header = text.substr(0, text.find("\r\n\r\n"));
  auto const at = header.find(field);
  if (at == std::string_view::npos) return {};
  auto const rest = header.substr(at + field.size());
  return printable(trimmed(rest.substr(0, rest.find("\r\n"))), 120);
}

}  // namespace

net::Task<void> OutcomeRecorder::record(OutcomeConfig config, Attempt attempt, std::string destination,
                                        std::vector<RecipientOutcome> outcomes, Instant not_before) {
  auto const now = services_.clock.now();
  for (auto& outcome : outcomes) {  // at the end of the lifetime, what failed for now fails for good
    if (outcome.ending != Ending::deferred || now - attempt.envelope.arrived < config.retry.lifetime)
      continue;
    outcome.ending = Ending::failed;
    outcome.reply.status = {5, 4, 7};
    outcome.reply.text += " (gave up after " + print_duration(config.retry.lifetime) + ")";
  }
  for (auto const action : {wire::Action::delivered, wire::Action::relayed, wire::Action::delayed})
    co_await report(action, &config, &attempt, &outcomes);
  bool const reported = co_await report(wire::Action::failed, &config, &attempt, &outcomes);
  if (!reported)
    for (auto& outcome : outcomes)  // the spool could not take the report: the failure waits until it can
      if (outcome.ending == Ending::failed) outcome.ending = Ending::deferred;
  settle(config, attempt, destination, outcomes, not_before);
}

void OutcomeRecorder::put_off(OutcomeConfig const& config, Attempt attempt, std::string const& destination) {
  // The time of the next attempt goes by the number of attempts alone: at the end of the lifetime there would
  // be one every minute.
  attempt.envelope.arrived = services_.clock.now();
  auto const outcomes = same_for_all(attempt, unexpected_failure());
  settle(config, attempt, destination, outcomes, {});
}

net::Task<bool> OutcomeRecorder::report(wire::Action action, OutcomeConfig const* config,
                                        Attempt const* attempt,
                                        std::vector<RecipientOutcome> const* outcomes) {
  ReportRequest request{action,
                        *attempt,
                        *outcomes,
                        config->hostname,
                        services_.clock.now(),
                        config->retry.delay_notice,
                        config->retry.lifetime};
  if (!report_due(request)) co_return true;
  auto const id = services_.spool.next_id();
  auto message = make_report(request, services_.spool, id);
  bool const safe = co_await enqueue(&services_.loop, &services_.spool, id, std::move(message));
  services_.log.write(LogEvent(safe ? Severity::info : Severity::error, "report")
                          .add("id", id.print())
                          .add("about", attempt->id.print())
                          .add("action", print(action))
                          .add("to", attempt->envelope.sender())
                          .add("kept", safe ? 1 : 0));
  co_return safe;
}

void OutcomeRecorder::settle(OutcomeConfig const& config, Attempt const& attempt,
                             std::string const& destination, std::vector<RecipientOutcome> const& outcomes,
                             Instant not_before) {
  std::vector<wire::Settlement> settlements;
  auto const now = services_.clock.now();
  for (auto const& outcome : outcomes) {
    auto const& recipient = attempt.envelope.recipients[outcome.recipient];
    wire::Settlement settlement{attempt.spool_index(outcome.recipient), to_state(outcome.ending),
                                recipient.attempts + 1, recipient.due, outcome.reply.one_line()};
    if (outcome.ending == Ending::deferred)
      settlement.due = next_try(config.retry,
                                {.now = now,
                                 .arrived = attempt.envelope.arrived,
                                 .attempts = settlement.attempts,
                                 .wants_delay_notice = recipient.notify.delay,
                                 .not_before = not_before},
                                services_.random);
    services_.counters.add(to_count(outcome.ending));
    if (outcome.ending == Ending::failed && !attempt.envelope.reverse_path) log_lost_report(attempt, outcome);
    if (services_.log.takes(Severity::info)) log_outcome(attempt, destination, outcome, settlement);
    services_.evidence.record(store::DeliveryRecord{attempt.id, now, recipient.address.print(), destination,
                                                    settlement.attempts, to_fact(outcome.ending),
                                                    settlement.reply});
    settlements.push_back(std::move(settlement));
  }
  services_.spool.settle(attempt.id, std::move(settlements));
}

void OutcomeRecorder::log_lost_report(Attempt const& attempt, RecipientOutcome const& outcome) {
  services_.log.write(LogEvent(Severity::warning, "report-lost")
                          .add("id", attempt.id.print())
                          .add("to", attempt.envelope.recipients[outcome.recipient].address.print())
                          .add("subject", subject_of(services_.spool, attempt.id))
                          .add("size", attempt.envelope.size)
                          .add("reply", outcome.reply.one_line()));
}

void OutcomeRecorder::log_outcome(Attempt const& attempt, std::string const& destination,
                                  RecipientOutcome const& outcome, wire::Settlement const& settlement) {
  LogEvent event(outcome.ending == Ending::delivered ? Severity::info : Severity::warning, "delivery");
  services_.log.write(event.add("id", attempt.id.print())
                          .add("outcome", word(outcome.ending))
                          .add("to", attempt.envelope.recipients[outcome.recipient].address.print())
                          .add("from", attempt.envelope.reverse_path ? attempt.envelope.sender() : "<>")
                          .add("destination", destination)
                          .add("host", outcome.remote)
                          .add("tls", outcome.tls)
                          .add("converted", outcome.converted ? "7bit" : "")
                          .add("signed", outcome.signed_as)
                          .add("attempt", settlement.attempts)
                          .add("reply", settlement.reply));
}

}  // namespace postern::delivery

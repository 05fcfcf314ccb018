#include "delivery/settler.hpp"

#include "delivery/keep_message.hpp"
#include "net/wall_clock.hpp"

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

}  // namespace

net::Task<void> Settler::conclude(SettleConfig config, Attempt attempt, std::string destination,
                                  std::vector<RecipientOutcome> outcomes, Instant not_before) {
  auto const at = net::wall_clock();
  for (auto& outcome : outcomes) {  // time is up: what failed for now fails for good
    if (outcome.ending != Ending::deferred || at - attempt.envelope.arrived < config.retry.lifetime) continue;
    outcome.ending = Ending::failed;
    outcome.reply.status = {5, 4, 7};
    outcome.reply.text += " (gave up after " + print_duration(config.retry.lifetime) + ")";
  }
  for (auto const action : {wire::Action::delivered, wire::Action::relayed, wire::Action::delayed})
    co_await report(action, &config, &attempt, &outcomes);
  bool const told = co_await report(wire::Action::failed, &config, &attempt, &outcomes);
  if (!told)
    for (auto& outcome : outcomes)  // the report could not be kept: the failure waits until it can
      if (outcome.ending == Ending::failed) outcome.ending = Ending::deferred;
  settle(config, attempt, destination, outcomes, not_before);
}

net::Task<bool> Settler::report(wire::Action action, SettleConfig const* config, Attempt const* attempt,
                                std::vector<RecipientOutcome> const* outcomes) {
  auto const now = net::wall_clock();
  ReportRequest request{
      action, *attempt, *outcomes, config->hostname, now, config->retry.delay_notice, config->retry.lifetime};
  if (!report_due(request)) co_return true;
  auto const id = services_.spool.next_id();
  auto message = make_report(request, services_.spool, id);
  bool const safe = co_await keep_message(&services_.loop, &services_.spool, id, std::move(message));
  services_.log.write(LogEvent(safe ? Severity::info : Severity::error, "report")
                          .add("id", id.print())
                          .add("about", attempt->id.print())
                          .add("action", print(action))
                          .add("to", attempt->envelope.sender())
                          .add("kept", safe ? 1 : 0));
  co_return safe;
}

void Settler::settle(SettleConfig const& config, Attempt const& attempt, std::string const& destination,
                     std::vector<RecipientOutcome> const& outcomes, Instant not_before) {
  std::vector<wire::Settlement> settlements;
  auto const now = net::wall_clock();
  for (auto const& outcome : outcomes) {
    auto const& recipient = attempt.envelope.recipients[outcome.recipient];
    wire::Settlement settlement{outcome.recipient, to_state(outcome.ending), recipient.attempts + 1,
                                recipient.due, outcome.reply.one_line()};
    if (outcome.ending == Ending::deferred)
      settlement.due = next_try(config, attempt.envelope, recipient, not_before);
    services_.counters.add(to_count(outcome.ending));
    if (services_.log.takes(Severity::info)) {
      LogEvent event(outcome.ending == Ending::delivered ? Severity::info : Severity::warning, "delivery");
      services_.log.write(event.add("id", attempt.id.print())
                              .add("outcome", word(outcome.ending))
                              .add("to", recipient.address.print())
                              .add("from", attempt.envelope.reverse_path ? attempt.envelope.sender() : "<>")
                              .add("destination", destination)
                              .add("host", outcome.remote)
                              .add("tls", outcome.tls)
                              .add("attempt", settlement.attempts)
                              .add("reply", settlement.reply));
    }
    services_.evidence.record(store::DeliveryRecord{attempt.id, now, recipient.address.print(), destination,
                                                    settlement.attempts, to_fact(outcome.ending),
                                                    settlement.reply});
    settlements.push_back(std::move(settlement));
  }
  services_.spool.settle(attempt.id, std::move(settlements));
}

// Later and later, but once more exactly when a notice of the delay is due, and when time is up.
Instant Settler::next_try(SettleConfig const& config, wire::Envelope const& envelope,
                          wire::QueuedRecipient const& recipient, Instant not_before) {
  auto const now = net::wall_clock();
  auto due = std::max(not_before, next_attempt(config.retry, now, recipient.attempts + 1, services_.random));
  auto const notice = envelope.arrived + config.retry.delay_notice;
  if (recipient.notify.delay && now < notice) due = std::min(due, notice);
  return std::min(due, std::max(envelope.arrived + config.retry.lifetime, now + config.retry.first));
}

}  // namespace postern::delivery

#include "delivery/delivery_agents.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "net/spawn.hpp"

namespace postern::delivery {

void DeliveryAgents::configure(OutcomeConfig outcome, Duration idle) {
  outcome_ = std::move(outcome);
  idle_ = idle;
}

void DeliveryAgents::serve(DestinationQueuePtr const& queue) {
  if (stopping_) return;
  std::vector<AgentPtr> idle;
  if (auto const found = agents_.find(queue->name); found != agents_.end())
    std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(idle),
                 [](auto const& agent) { return agent->idle; });
  auto const grant = services_.queues.grant(*queue, idle.size());
  for (std::size_t i = 0; i < grant.wake; ++i) {
    idle[i]->idle = false;
    idle[i]->wakened.cancel();
  }
  for (std::size_t i = 0; i < grant.start; ++i) start(queue, grant.probes);
}

void DeliveryAgents::start(DestinationQueuePtr const& queue, bool probes) {
  auto agent = std::make_shared<Agent>(services_.loop, queue, probes);
  agent->transport = services_.transports.make(queue->route);
  agents_[queue->name].push_back(agent);
  net::spawn(services_.loop, run(agent), services_.log, services_.counters, "delivery to " + queue->name,
             [this, agent] { ended(agent); });
}

net::Task<void> DeliveryAgents::run(AgentPtr agent) {
  auto const queue = agent->queue;
  for (bool going = true; going && !stopping_;) {
    if (queue->entries.empty()) {
      if (!agent->transport->keeps_connection()) break;
      going = co_await wait_for_entry(agent);
      continue;
    }
    agent->in_hand = queue->entries.pop();
    going = co_await deliver(agent);
    going = going && queue->agents <= queue->window.size();
  }
  if (!agent->failed) co_await agent->transport->close();
}

// Whether there may be an entry.
net::Task<bool> DeliveryAgents::wait_for_entry(AgentPtr agent) {
  agent->idle = true;
  agent->wakened.expires_after(idle_);
  auto const [wakened] = co_await agent->wakened.async_wait(net::quietly);
  agent->idle = false;
  co_return wakened && !stopping_;
}

// Whether the agent may go on.
net::Task<bool> DeliveryAgents::deliver(AgentPtr agent) {
  auto const queue = agent->queue;
  auto envelope = services_.spool.envelope_for(agent->in_hand->id, agent->in_hand->recipients);
  if (!envelope || envelope->held) {
    finish(*agent);
    co_return true;
  }
  auto attempt = attempt_for_some(agent->in_hand->id, std::move(*envelope), agent->in_hand->recipients);
  auto delivered = co_await hand_over(agent, attempt);
  if (agent->failed) {  // which says nothing about the destination
    co_await record(queue, std::move(attempt), std::move(delivered.outcomes));
    finish(*agent);
    co_return false;
  }
  if (!delivered.reached && others_are_connected(*agent)) {
    // The destination takes no more connections than the open ones: they will carry this entry, too.
    queue->window.reduce();
    queue->entries.push(attempt.envelope.sender(), *std::exchange(agent->in_hand, std::nullopt));
    co_return false;
  }
  if (delivered.reached)
    services_.queues.reached(*queue);
  else
    services_.queues.unreachable(
        *queue, delivered.outcomes.empty() ? std::string() : delivered.outcomes.front().reply.one_line());
  co_await record(queue, std::move(attempt), std::move(delivered.outcomes));
  finish(*agent);
  if (!delivered.reached) co_await record_stale(queue);
  co_return delivered.reached;
}

net::Task<Delivered> DeliveryAgents::hand_over(AgentPtr agent, Attempt attempt) {
  std::string reason;
  try {
    co_return co_await agent->transport->deliver(attempt);
  } catch (std::exception const& error) {
    reason = error.what();
  }
  agent->failed = true;
  note_exception(*agent->queue, attempt.id, reason);
  co_return Delivered{.outcomes = same_for_all(attempt, unexpected_failure())};
}

net::Task<void> DeliveryAgents::record(DestinationQueuePtr queue, Attempt attempt,
                                       std::vector<RecipientOutcome> outcomes) {
  std::string reason;
  try {
    co_await services_.outcomes.record(outcome_, attempt, queue->name, std::move(outcomes),
                                       queue->window.throttled_until());
    co_return;
  } catch (std::exception const& error) {
    reason = error.what();
  }
  note_exception(*queue, attempt.id, reason);
  services_.outcomes.put_off(outcome_, std::move(attempt), queue->name);
}

void DeliveryAgents::note_exception(DestinationQueue const& queue, MessageId id, std::string const& reason) {
  services_.counters.add(Count::sessions_unexpected_errors);
  services_.log.write(LogEvent(Severity::error, "delivery-failed")
                          .add("id", id.print())
                          .add("destination", queue.name)
                          .add("reason", reason));
}

// What waits for a throttled destination is not tried one by one. Entries whose lifetime is over, or whose
// delay is to be reported, share the outcome of the probe that has just failed.
net::Task<void> DeliveryAgents::record_stale(DestinationQueuePtr queue) {
  for (auto const& entry : services_.queues.take_stale(*queue)) {
    auto envelope = services_.spool.envelope_for(entry.id, entry.recipients);
    if (envelope && !envelope->held) {
      auto attempt = attempt_for_some(entry.id, std::move(*envelope), entry.recipients);
      auto outcomes = same_for_all(attempt, {451, {4, 4, 1}, queue->problem});
      co_await record(queue, std::move(attempt), std::move(outcomes));
    }
    finished_(entry);
  }
}

void DeliveryAgents::finish(Agent& agent) {
  finished_(*agent.in_hand);
  agent.in_hand.reset();
}

void DeliveryAgents::put_off(Agent& agent) {
  auto& queue = *agent.queue;
  auto const entry = *agent.in_hand;
  try {
    auto envelope = services_.spool.envelope_for(entry.id, entry.recipients);
    if (envelope && !envelope->held)
      services_.outcomes.put_off(outcome_, attempt_for_some(entry.id, std::move(*envelope), entry.recipients),
                                 queue.name);
    finish(agent);
  } catch (std::exception const& error) {
    note_exception(queue, entry.id, error.what());
    services_.queues.unreachable(queue,
                                 "the delivery failed unexpectedly");  // so that it is not tried at once
    queue.entries.push({}, entry);
  }
}

bool DeliveryAgents::others_are_connected(Agent const& agent) const {
  auto const& agents = agents_.at(agent.queue->name);
  return std::any_of(agents.begin(), agents.end(), [&agent](auto const& each) {
    return each.get() != &agent && each->transport->keeps_connection();
  });
}

void DeliveryAgents::ended(AgentPtr const& agent) {
  auto const queue = agent->queue;
  auto const agents = agents_.find(queue->name);
  std::erase(agents->second, agent);
  if (agents->second.empty()) agents_.erase(agents);
  agent->transport.reset();
  services_.queues.release(*queue, agent->probes);
  if (agent->in_hand) put_off(*agent);  // an exception has ended it between two steps
  serve(queue);
  services_.queues.drop_if_idle(*queue);
  for (auto const line : {DestinationQueues::Line::living, DestinationQueues::Line::failing})
    if (auto const next = services_.queues.next_in_line(line)) serve(next);
}

void DeliveryAgents::stop() {
  stopping_ = true;
  for (auto const& [name, agents] : agents_)
    for (auto const& agent : agents)
      if (agent->idle) agent->wakened.cancel();
}

void DeliveryAgents::cut() {
  for (auto const& [name, agents] : agents_)
    for (auto const& agent : agents) agent->transport->cut();
}

}  // namespace postern::delivery

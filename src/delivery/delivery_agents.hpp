// The delivery agents: each takes one entry after the other from its destination's queue and hands it to a
// transport, on one connection while that lasts. delivery/destination_queues decides how many there are.
// An exception in an attempt counts as an attempt that has failed for now, so that the message is tried again
// later and later; it is logged (event delivery-failed), and its agent takes no other entry.
// Thread: the delivery loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "delivery/destination_queues.hpp"
#include "delivery/outcome_recorder.hpp"
#include "delivery/transport_factory.hpp"
#include "net/event_loop.hpp"
#include "net/timer.hpp"

namespace postern::delivery {

class DeliveryAgents {
 public:
  struct Services {
    net::EventLoop& loop;
    store::Spool& spool;
    Log& log;
    Counters& counters;
    TransportFactory& transports;
    OutcomeRecorder& outcomes;
    DestinationQueues& queues;
  };
  using OnFinished = std::function<void(QueueEntry const&)>;

  // `finished`: that entry is done with, whatever came of it. The outcome is in the spool.
  DeliveryAgents(Services services, OnFinished finished)
      : services_(services), finished_(std::move(finished)) {}

  // `idle`: how long an open connection is kept for the next entry.
  void configure(OutcomeConfig outcome, Duration idle);
  void serve(DestinationQueuePtr const& queue);  // with as many agents as it may have now
  void stop();                                   // no agent takes another entry
  void cut();                                    // what the transports wait for ends, soon

 private:
  struct Agent {
    Agent(net::EventLoop& loop, DestinationQueuePtr its_queue, bool it_probes)
        : queue(std::move(its_queue)), probes(it_probes), wakened(loop.context()) {}

    DestinationQueuePtr queue;
    bool probes;
    std::unique_ptr<Transport> transport;
    std::optional<QueueEntry> in_hand;
    bool idle = false;    // it keeps an open connection and waits for an entry
    bool failed = false;  // an exception has left its transport in an unknown state
    net::Timer wakened;
  };
  using AgentPtr = std::shared_ptr<Agent>;

  void start(DestinationQueuePtr const& queue, bool probes);
  net::Task<void> run(AgentPtr agent);
  net::Task<bool> wait_for_entry(AgentPtr agent);
  net::Task<bool> deliver(AgentPtr agent);
  net::Task<Delivered> hand_over(AgentPtr agent, Attempt attempt);
  net::Task<void> record(DestinationQueuePtr queue, Attempt attempt, std::vector<RecipientOutcome> outcomes);
  net::Task<void> record_stale(DestinationQueuePtr queue);
  void put_off(Agent& agent);
  void note_exception(DestinationQueue const& queue, MessageId id, std::string const& reason);
  void ended(AgentPtr const& agent);
  void finish(Agent& agent);
  bool others_are_connected(Agent const& agent) const;

  Services services_;
  OnFinished finished_;
  OutcomeConfig outcome_;
  Duration idle_{};
  std::unordered_map<std::string, std::vector<AgentPtr>> agents_;  // by the name of their queue
  bool stopping_ = false;
};

}  // namespace postern::delivery

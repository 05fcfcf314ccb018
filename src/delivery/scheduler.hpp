// Has delivered what is due. It wires together delivery/due_queue (when what is due),
// delivery/destination_queues (who gets how much), delivery/delivery_agents (who do it), and the spool, which
// alone remembers. When recipients of a message are due, they are grouped by their routes; each group is an
// entry in the queue of its destination. When an entry is finished, the spool says when its recipients are
// due again, whatever becomes of the message's others. What a message costs grows with its recipients, and
// no faster. A message is delivered at least once: see delivery/outcome_recorder. Thread: the
// delivery loop; every public function from any thread, idle() at any time.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "delivery/delivery_agents.hpp"
#include "delivery/delivery_config.hpp"
#include "delivery/due_queue.hpp"
#include "delivery/transports.hpp"

namespace postern::delivery {

struct SchedulerServices {
  store::Spool& spool;
  store::Evidence& evidence;
  Log& log;
  Counters& counters;
  Random& random;
  Clock const& clock;
};

class Scheduler {
 public:
  using OnDestinations = std::function<void(std::vector<DestinationView>)>;

  Scheduler(net::EventLoop& loop, DeliveryServices services, std::shared_ptr<DeliveryConfig const> config);
  // Delivers by other transports.
  Scheduler(net::EventLoop& loop, SchedulerServices services, std::unique_ptr<TransportFactory> transports,
            std::shared_ptr<DeliveryConfig const> config);
  ~Scheduler();

  void start();  // with what is in the spool
  void accepted(std::vector<MessageId> const& ids);
  void retry(MessageId id);  // now, whatever its due time
  void retry_all();
  void move(MessageId id);                 // after spool.move(): by its new route, now
  void destinations(OnDestinations tell);  // what waits for whom; told on the loop
  void reload(std::shared_ptr<DeliveryConfig const> config);
  void stop();  // begins nothing more; what runs ends by itself
  void cut();   // ends what runs
  bool idle() const { return queues_.idle(); }
  // Once the loop has stopped, and before the spool goes.
  void join_workers() { transports_->join_workers(); }

 private:
  void configure();
  void look();                 // begins what is due
  void sleep();                // until something is due
  void take_up(MessageId id);  // a message as it stands in the spool
  void begin_due(DueQueue::Due const& due);
  void begin(MessageId id, wire::Envelope const& envelope, std::vector<std::uint32_t> const& spool_indexes);
  void finished(QueueEntry const& entry);
  void retry_now(MessageId id);
  void make_due(MessageId id, wire::Envelope const& envelope,
                std::vector<std::uint32_t> const& spool_indexes);
  void unthrottle_destinations(wire::Envelope const& envelope);
  void route_again(std::function<bool(MessageId)> const& which);
  Route route_of(wire::Envelope const& envelope, wire::QueuedRecipient const& recipient) const;

  net::EventLoop& loop_;
  SchedulerServices services_;
  std::unique_ptr<TransportFactory> transports_;
  std::shared_ptr<DeliveryConfig const> config_;
  DueQueue due_;
  DestinationQueues queues_;
  OutcomeRecorder outcomes_;
  DeliveryAgents agents_;
  net::Timer timer_;
  Instant wakes_at_ = Instant::max();  // when the timer ends
  bool stopping_ = false;
};

}  // namespace postern::delivery

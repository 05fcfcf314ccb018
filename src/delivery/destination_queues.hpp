// The queues of all destinations, and who of them gets a delivery agent. The idea: each destination has a
// queue of its own, so that one that is slow or dead holds up nobody else's mail. A queue gets as many agents
// at once as its concurrency window allows. A destination at which nobody can be reached is throttled: its
// queue waits, and after a while one agent probes it with one message; what else waits is not tried. All
// agents together share slots: a queue that wants an agent when there is none left waits in line for a slot.
// Connecting to a dead host takes long and ends in nothing; so that probes cannot take the slots of living
// destinations, probes get a quarter of the slots for connections that are being opened, and wait in a line
// of their own.
//
//   submit                puts an entry into its destination's queue, making that where there is none.
//   grant                 says how many agents a queue needs now, and reserves the slots of new ones; where
//                         slots are lacking, the queue goes in line.
//   release               gives back the slot of an agent that has ended.
//   next_in_line          takes the queue that has waited longest for a slot out of its line.
//   reached, unreachable  open the window and end the throttling; halve the window and throttle.
//   unthrottle            ends the throttling, since the postmaster wants it.
//   take_unthrottled      takes the queues whose time of being throttled is over.
//   take_stale            takes entries that must learn now what the last probe has found.
//   withdraw              takes entries out, to be routed anew.
//   drop_if_idle          forgets a queue that has neither entries nor agents and is not throttled. A failing
//                         one is remembered for a while, so that its next failure throttles it for longer.
//
// Pure bookkeeping: decides, and starts nothing. A queue that has agents is never dropped. Thread: its event
// loop; idle() from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "delivery/destination_queue.hpp"

namespace postern::delivery {

struct SlotLimits {
  std::size_t connections = 2000;                  // open ones in all
  std::size_t connecting = 10'000;                 // agents that have none open yet
  std::uint32_t connections_per_destination = 20;  // of a remote one
};

// What a queue needs so that its entries go out.
struct Grant {
  std::size_t wake = 0;   // agents that keep an open connection and wait for an entry
  std::size_t start = 0;  // new agents, whose slots are reserved
  bool probes = false;    // the new ones probe a failing destination: for release()
};

class DestinationQueues {
 public:
  enum class Line : std::uint8_t { living, failing };

  // `open_connections`: how many all agents have open; counted by their transports.
  DestinationQueues(Clock const& clock, Random& random, std::size_t const& open_connections)
      : clock_(clock), random_(random), open_connections_(open_connections) {}

  void configure(SlotLimits limits, RetrySettings retry);

  DestinationQueuePtr submit(Route const& route, std::string const& sender, QueueEntry entry);
  DestinationQueuePtr find(std::string const& name) const;  // null: there is none
  // `idle`: its agents that keep an open connection and wait.
  Grant grant(DestinationQueue& queue, std::size_t idle);
  void release(DestinationQueue& queue, bool probed);
  DestinationQueuePtr next_in_line(Line line);  // null: nobody waits

  void reached(DestinationQueue& queue);
  void unreachable(DestinationQueue& queue, std::string why);
  void unthrottle(DestinationQueue& queue);
  std::vector<DestinationQueuePtr> take_unthrottled();
  std::optional<Instant> next_unthrottled() const;  // when take_unthrottled() has something

  // Those whose lifetime is over, or whose sender is to be told of the delay.
  std::vector<QueueEntry> take_stale(DestinationQueue& queue);
  std::vector<QueueEntry> withdraw(std::function<bool(MessageId)> const& which);
  void drop_if_idle(DestinationQueue const& queue);

  std::vector<DestinationView> views() const;  // by name
  bool idle() const { return agents_ == 0; }

 private:
  bool slot_is_free(DestinationQueue const& queue) const;
  void wait_in_line(DestinationQueue& queue);
  void forget_throttle(DestinationQueue const& queue);
  void forget_remembered();

  Clock const& clock_;
  Random& random_;
  std::size_t const& open_connections_;
  SlotLimits limits_;
  RetrySettings retry_;
  std::unordered_map<std::string, DestinationQueuePtr> queues_;
  std::set<std::pair<Instant, std::string>> throttled_;   // until when, and who
  std::set<std::pair<Instant, std::string>> remembered_;  // idle queues that fail: until when, and who
  std::deque<std::string> living_line_;
  std::deque<std::string> failing_line_;
  std::atomic<std::size_t> agents_{0};
  std::size_t probes_ = 0;  // of the agents
};

}  // namespace postern::delivery

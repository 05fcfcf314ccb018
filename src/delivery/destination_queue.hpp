// The messages that wait for one destination, and how that destination is treated. Plain data: see
// delivery/destination_queues for what is done with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/message_id.hpp"
#include "delivery/concurrency_window.hpp"
#include "delivery/fair_queue.hpp"
#include "delivery/route.hpp"

namespace postern::delivery {

// A message, for those of its recipients that go to the same destination.
struct QueueEntry {
  MessageId id;
  std::vector<std::uint32_t> recipients = {};  // indexes in the envelope
  bool wants_delay_notice = false;

  // When the message arrived, give or take what queue ids run ahead of the clock.
  Instant arrived() const { return from_micros(static_cast<std::int64_t>(id.value)); }
};

struct DestinationQueue {
  DestinationQueue(std::string its_name, Route its_route, ConcurrencyWindow its_window)
      : name(std::move(its_name)), route(std::move(its_route)), window(its_window) {}

  std::string name;  // its route, printed
  Route route;
  ConcurrencyWindow window;
  FairQueue<QueueEntry> entries;  // by sender
  std::size_t agents = 0;         // delivery agents that hold a slot for it
  bool waits_for_slot = false;
  std::string problem;  // why nobody could be reached the last time; empty: somebody was
};

using DestinationQueuePtr = std::shared_ptr<DestinationQueue>;

// What the owner sees of a destination.
struct DestinationView {
  std::string destination;
  std::size_t waiting = 0;
  std::size_t agents = 0;
  Instant throttled_until{};  // 1970: it is not throttled
  std::string problem;
};

}  // namespace postern::delivery

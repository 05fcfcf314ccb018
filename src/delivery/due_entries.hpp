// From a message to its queue entries. Pure.
#pragma once

#include <functional>
#include <vector>

#include "base/instant.hpp"
#include "delivery/destination_queue.hpp"
#include "wire/envelope.hpp"

namespace postern::delivery {

struct RoutedEntry {
  Route route;
  QueueEntry entry;
};

using RouteOf = std::function<Route(wire::QueuedRecipient const&)>;

// One entry for each destination that a recipient who is due goes to; those whose time has not come are left
// out.
std::vector<RoutedEntry> due_entries(MessageId id, wire::Envelope const& envelope, Instant now,
                                     RouteOf const& route_of);

// When the next recipient is due; Instant::max() when nobody waits.
Instant next_due(wire::Envelope const& envelope);

}  // namespace postern::delivery

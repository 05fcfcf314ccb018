// From a message to its queue entries. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "delivery/destination_queue.hpp"
#include "wire/envelope.hpp"

namespace postern::delivery {

struct RoutedEntry {
  Route route;
  QueueEntry entry;
};

using RouteOf = std::function<Route(wire::QueuedRecipient const&)>;

// One entry for each destination that a chosen recipient goes to. `chosen`, and what the entries name, are
// indexes in this envelope.
std::vector<RoutedEntry> entries_for(MessageId id, wire::Envelope const& envelope,
                                     std::vector<std::uint32_t> const& chosen, RouteOf const& route_of);

}  // namespace postern::delivery

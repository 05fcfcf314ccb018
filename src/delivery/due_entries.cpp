#include "delivery/due_entries.hpp"

#include <map>
#include <string>
#include <utility>

namespace postern::delivery {

std::vector<RoutedEntry> entries_for(MessageId id, wire::Envelope const& envelope,
                                     std::vector<std::uint32_t> const& chosen, RouteOf const& route_of) {
  std::map<std::string, RoutedEntry> by_destination;
  for (auto const index : chosen) {
    auto const& recipient = envelope.recipients[index];
    auto route = route_of(recipient);
    std::string name = print(route);
    auto& [to, entry] = by_destination[std::move(name)];
    to = std::move(route);
    entry.id = id;
    entry.recipients.push_back(index);
    entry.wants_delay_notice = entry.wants_delay_notice || recipient.notify.delay;
  }
  std::vector<RoutedEntry> entries;
  entries.reserve(by_destination.size());
  for (auto& [name, routed] : by_destination) entries.push_back(std::move(routed));
  return entries;
}

}  // namespace postern::delivery

#include "delivery/due_entries.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace postern::delivery {
namespace {

bool waits(wire::QueuedRecipient const& recipient) {
  return recipient.state == wire::RecipientState::waiting;
}

}  // namespace

std::vector<RoutedEntry> due_entries(MessageId id, wire::Envelope const& envelope, Instant now,
                                     RouteOf const& route_of) {
  std::map<std::string, RoutedEntry> by_destination;
  for (std::uint32_t i = 0; i < envelope.recipients.size(); ++i) {
    auto const& recipient = envelope.recipients[i];
    if (!waits(recipient) || recipient.due > now) continue;
    auto route = route_of(recipient);
    std::string name = print(route);
    auto& [to, entry] = by_destination[std::move(name)];
    to = std::move(route);
    entry.id = id;
    entry.recipients.push_back(i);
    entry.wants_delay_notice = entry.wants_delay_notice || recipient.notify.delay;
  }
  std::vector<RoutedEntry> entries;
  entries.reserve(by_destination.size());
  for (auto& [name, routed] : by_destination) entries.push_back(std::move(routed));
  return entries;
}

Instant next_due(wire::Envelope const& envelope) {
  Instant next = Instant::max();
  for (auto const& recipient : envelope.recipients)
    if (waits(recipient)) next = std::min(next, recipient.due);
  return next;
}

}  // namespace postern::delivery

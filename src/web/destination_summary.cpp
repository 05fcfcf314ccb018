#include "web/destination_summary.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

namespace postern::web {

void DestinationSummary::add(wire::Envelope const& envelope) {
  for (auto const& recipient : envelope.recipients) {
    if (recipient.state != wire::RecipientState::waiting) continue;
    auto& entry = entries_[destination_(envelope, recipient)];
    ++entry.recipients;
    entry.held += envelope.held ? 1 : 0;
    entry.oldest = std::min(entry.oldest, envelope.arrived);
    if (!envelope.held) entry.next = std::min(entry.next, recipient.due);
    if (recipient.last_reply.empty() || recipient.attempts < entry.attempts) continue;
    entry.attempts = recipient.attempts;
    entry.last_reply = recipient.last_reply;
  }
}

boost::json::array DestinationSummary::print(std::vector<DestinationState> const& states) const {
  std::vector<std::pair<std::string, Entry>> sorted(entries_.begin(), entries_.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](auto const& a, auto const& b) { return a.second.recipients > b.second.recipients; });
  boost::json::array out;
  for (auto const& [destination, entry] : sorted) {
    boost::json::object one{{"destination", destination},
                            {"recipients", entry.recipients},
                            {"held", entry.held},
                            {"oldest", print_iso8601(entry.oldest)}};
    if (entry.next != Instant::max()) one["next"] = print_iso8601(entry.next);
    if (!entry.last_reply.empty()) one["last_reply"] = entry.last_reply;
    auto const state = std::find_if(states.begin(), states.end(),
                                    [&](auto const& s) { return s.destination == destination; });
    if (state != states.end()) {
      one["connections"] = state->connections;
      if (state->throttled_until != Instant{}) one["rests_until"] = print_iso8601(state->throttled_until);
      if (!state->problem.empty()) one["problem"] = state->problem;
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace postern::web

#include "delivery/due_queue.hpp"

#include <unordered_map>

namespace postern::delivery {

void DueQueue::submit(MessageId id, std::uint32_t recipient, Instant due) {
  Key const key{id, recipient};
  auto const [known, is_new] = states_.try_emplace(key, State{.place = Place::waiting, .due = due});
  auto& state = known->second;
  if (!is_new) {
    if (state.place != Place::waiting || state.due <= due) return;
    due_.erase({state.due, key});
    state.due = due;
  }
  due_.emplace(due, key);
}

std::vector<DueQueue::Due> DueQueue::take_due(Instant now) {
  std::vector<Due> taken;
  std::unordered_map<MessageId, std::size_t, MessageIdHash> places;
  while (!due_.empty() && due_.begin()->first <= now) {
    auto const key = due_.begin()->second;
    due_.erase(due_.begin());
    states_.erase(key);
    auto const [place, is_new] = places.try_emplace(key.first, taken.size());
    if (is_new) taken.push_back({.id = key.first, .recipients = {}});
    taken[place->second].recipients.push_back(key.second);
  }
  return taken;
}

void DueQueue::begin(MessageId id, std::uint32_t recipient) {
  auto& state = states_[{id, recipient}];
  if (state.place == Place::waiting) due_.erase({state.due, {id, recipient}});  // if it stands there
  state.place = Place::in_work;
}

DueQueue::Left DueQueue::done(MessageId id, std::uint32_t recipient) {
  auto const found = states_.find({id, recipient});
  if (found == states_.end() || found->second.place == Place::waiting) return Left::as_recorded;
  auto const place = found->second.place;
  states_.erase(found);
  return place == Place::in_work_rerouted ? Left::rerouted : Left::as_recorded;
}

void DueQueue::reroute(MessageId id) {
  for (auto at = states_.lower_bound(Key{id, 0}); at != states_.end() && at->first.first == id; ++at)
    if (at->second.place == Place::in_work) at->second.place = Place::in_work_rerouted;
}

bool DueQueue::in_work(MessageId id, std::uint32_t recipient) const {
  auto const found = states_.find({id, recipient});
  return found != states_.end() && found->second.place != Place::waiting;
}

std::optional<Instant> DueQueue::next() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

}  // namespace postern::delivery

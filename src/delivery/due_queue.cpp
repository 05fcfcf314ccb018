#include "delivery/due_queue.hpp"

namespace postern::delivery {

void DueQueue::submit(MessageId id, Instant due) {
  if (in_work(id)) return;
  auto const [known, is_new] = due_of_.try_emplace(id, due);
  if (!is_new) {
    if (known->second <= due) return;
    due_.erase({known->second, id});
    known->second = due;
  }
  due_.emplace(due, id);
}

std::optional<MessageId> DueQueue::take_due(Instant now) {
  if (due_.empty() || due_.begin()->first > now) return std::nullopt;
  MessageId const id = due_.begin()->second;
  due_.erase(due_.begin());
  due_of_.erase(id);
  return id;
}

void DueQueue::begin(MessageId id, std::size_t destinations) { in_work_[id] = destinations; }

DueQueue::Left DueQueue::done(MessageId id) {
  auto const left = in_work_.find(id);
  if (left == in_work_.end() || --left->second > 0) return Left::others;
  in_work_.erase(left);
  return rerouted_.erase(id) > 0 ? Left::rerouted : Left::nothing;
}

void DueQueue::reroute(MessageId id) {
  if (in_work(id)) rerouted_.insert(id);
}

std::optional<Instant> DueQueue::next() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

}  // namespace postern::delivery

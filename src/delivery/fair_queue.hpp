// A queue whose items belong to owners who take turns: the owner that has waited longest for its turn goes
// next, so that one sender's thousand messages do not keep another's one waiting. Thread: its event loop.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

namespace postern::delivery {

template <class Item>
class FairQueue {
 public:
  void push(std::string const& owner, Item item) {
    auto [queue, is_new] = queues_.try_emplace(owner);
    if (is_new) turns_.push_back(owner);
    queue->second.push_back(std::move(item));
    ++size_;
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  Item pop() {  // not when empty
    std::string owner = std::move(turns_.front());
    turns_.pop_front();
    auto const queue = queues_.find(owner);
    Item item = std::move(queue->second.front());
    queue->second.pop_front();
    --size_;
    if (queue->second.empty())
      queues_.erase(queue);
    else
      turns_.push_back(std::move(owner));
    return item;
  }

  // Takes out the items that `wanted` is true of, in no order that matters; the others keep theirs.
  template <class Wanted>
  std::deque<Item> take_if(Wanted wanted) {
    std::deque<Item> taken;
    FairQueue rest;
    for (auto& owner : turns_)
      for (auto& item : queues_[owner]) {
        if (wanted(item))
          taken.push_back(std::move(item));
        else
          rest.push(owner, std::move(item));
      }
    if (!taken.empty() || !rest.empty()) *this = std::move(rest);
    return taken;
  }

 private:
  std::unordered_map<std::string, std::deque<Item>> queues_;
  std::deque<std::string> turns_;  // owners with something waiting
  std::size_t size_ = 0;
};

}  // namespace postern::delivery

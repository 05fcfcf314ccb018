// A table that never has more than a number of entries: when it is full, the entry that has not been touched
// for the longest is forgotten for a new one. Thread: its owner's.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace postern {

template <class Key, class Value, class Hash = std::hash<Key>>
class BoundedTable {
 public:
  explicit BoundedTable(std::size_t limit) : limit_(limit == 0 ? 1 : limit) {}
  BoundedTable(BoundedTable const&) = delete;
  BoundedTable& operator=(BoundedTable const&) = delete;

  std::size_t size() const { return places_.size(); }

  // Null: there is none. Looking does not keep an entry from being forgotten.
  Value const* find(Key const& key) const {
    auto const found = places_.find(key);
    return found == places_.end() ? nullptr : &found->second->second;
  }

  // The entry, which is the latest from now on; a new one with a default value if there was none. The
  // reference is good until the next call.
  Value& touch(Key const& key) {
    if (auto const found = places_.find(key); found != places_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return order_.front().second;
    }
    if (places_.size() >= limit_) {
      places_.erase(order_.back().first);
      order_.pop_back();
    }
    order_.emplace_front(key, Value());
    places_.emplace(key, order_.begin());
    return order_.front().second;
  }

  void forget(Key const& key) {
    auto const found = places_.find(key);
    if (found == places_.end()) return;
    order_.erase(found->second);
    places_.erase(found);
  }

 private:
  using Order = std::list<std::pair<Key const, Value>>;

  std::size_t limit_;
  Order order_;  // the latest in front
  std::unordered_map<Key, typename Order::iterator, Hash> places_;
};

}  // namespace postern

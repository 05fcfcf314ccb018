// Sessions by key, the oldest ones closed when there are too many.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <utility>

namespace postern::whatif {

template <class Session>
class SessionTable {
 public:
  explicit SessionTable(std::size_t most) : most_(most) {}

  Session* find(std::uint64_t key) {
    auto const found = sessions_.find(key);
    return found == sessions_.end() ? nullptr : &found->second;
  }
  // A new one, in the place of one with the same key. `close` is called with the oldest, if there are too
  // many.
  template <class Close>
  Session& open(std::uint64_t key, Close close) {
    order_.push_back(key);
    while (order_.size() > most_) {
      auto const oldest = order_.front();
      order_.pop_front();
      if (oldest != key) close_one(oldest, close);
    }
    return sessions_[key] = Session();
  }
  template <class Close>
  void close_one(std::uint64_t key, Close close) {
    auto const found = sessions_.find(key);
    if (found == sessions_.end()) return;
    auto session = std::move(found->second);
    sessions_.erase(found);
    close(std::move(session));
  }
  template <class Close>
  void close_all(Close close) {
    for (auto const key : order_) close_one(key, close);
    order_.clear();
  }

 private:
  std::size_t most_;
  boost::unordered_flat_map<std::uint64_t, Session> sessions_;
  std::deque<std::uint64_t> order_;  // keys, in order of their opening; some have been closed
};

}  // namespace postern::whatif

// One answer from elsewhere (another thread, a callback) that a coroutine waits for.
// Thread: its event loop; an answer from another thread is posted to it. One wait for one set, in either
// order. Lifetime: whoever sets it keeps it alive, and so does the coroutine that waits: an answer that may
// come after the wait has ended is shared by both.
#pragma once

#include <optional>
#include <utility>

#include "net/waiter.hpp"

namespace postern::net {

template <class T>
class OneShot {
 public:
  // Nothing stops this wait: for answers that a promise depends on.
  Task<T> wait() {
    if (!value_) co_await waiter_.wait({});
    co_return take();
  }

  // None when `stop` ended the wait.
  Task<std::optional<T>> wait(StopToken stop) {
    if (!value_) co_await waiter_.wait(stop);
    if (!value_) co_return std::nullopt;
    co_return take();
  }

  void set(T value) {
    value_ = std::move(value);
    waiter_.wake();
  }

 private:
  T take() {
    T value = std::move(*value_);
    value_.reset();
    return value;
  }

  std::optional<T> value_;
  Waiter waiter_;
};

}  // namespace postern::net

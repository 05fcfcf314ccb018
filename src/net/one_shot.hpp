// One answer from elsewhere (another thread, a callback) that a coroutine waits for.
// Of one loop: wait() and set() are called on it; who is on another thread posts to it. One wait for one set,
// in either order. Lifetime: must outlive both; the session that waits owns it, and waits for every answer it
// has asked for.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "net/task.hpp"

namespace postern::net {

template <class T>
class OneShot {
 public:
  Task<T> wait() {
    if (!value_)
      co_await boost::asio::async_initiate<boost::asio::use_awaitable_t<Executor> const, void()>(
          [this](auto handler) { waiter_ = std::make_unique<Waiter<decltype(handler)>>(std::move(handler)); },
          use_task);
    T value = std::move(*value_);
    value_.reset();
    co_return value;
  }

  void set(T value) {
    value_ = std::move(value);
    if (auto waiter = std::move(waiter_)) waiter->resume();
  }

  bool is_set() const { return value_.has_value(); }

 private:
  struct AnyWaiter {
    virtual ~AnyWaiter() = default;
    virtual void resume() = 0;
  };
  template <class Handler>
  struct Waiter : AnyWaiter {
    explicit Waiter(Handler&& h) : handler(std::move(h)) {}
    void resume() override { std::move(handler)(); }
    Handler handler;
  };

  std::optional<T> value_;
  std::unique_ptr<AnyWaiter> waiter_;
};

}  // namespace postern::net

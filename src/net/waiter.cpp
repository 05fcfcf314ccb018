#include "net/waiter.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace postern::net {

struct Waiter::Suspended {
  virtual ~Suspended() = default;
  virtual void resume() = 0;
};

template <class Handler>
struct Waiter::SuspendedBy : Waiter::Suspended {
  explicit SuspendedBy(Handler&& of) : handler(std::move(of)) {}
  void resume() override {
    auto const executor = boost::asio::get_associated_executor(handler);
    boost::asio::post(executor, [resumed = std::move(handler)]() mutable { resumed(); });
  }
  Handler handler;
};

Waiter::Waiter() = default;
Waiter::~Waiter() = default;

Task<void> Waiter::wait(StopToken stop) {
  if (stop.stopped()) co_return;
  watch(stop);
  co_await boost::asio::async_initiate<boost::asio::use_awaitable_t<Executor> const, void()>(
      [this](auto handler) {
        suspended_ = std::make_unique<SuspendedBy<decltype(handler)>>(std::move(handler));
      },
      use_task);
  unwatch();
}

void Waiter::wake() {
  if (auto const suspended = std::move(suspended_)) suspended->resume();
}

}  // namespace postern::net

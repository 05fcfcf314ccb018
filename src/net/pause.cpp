#include "net/pause.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/wait_traits.hpp>
#include <chrono>

namespace postern::net {
namespace {

class TimedWait : private StopWait {
 public:
  TimedWait(Executor const& executor, Duration length, StopToken stop) : timer_(executor, length) {
    watch(stop);
  }

  auto wait() { return timer_.async_wait(quietly); }

 private:
  void on_stop() override { timer_.cancel(); }

  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer_;
};

}  // namespace

Task<void> pause(Duration length, StopToken stop) {
  if (stop.stopped()) co_return;
  auto const executor = co_await boost::asio::this_coro::executor;
  TimedWait timed(executor, length, stop);
  co_await timed.wait();
}

}  // namespace postern::net

#include "app/server/signals.hpp"

#include <utility>

namespace postern::app {

void Signals::listen(std::function<void()> on_reload, std::function<void()> on_stop) {
  on_reload_ = std::move(on_reload);
  on_stop_ = std::move(on_stop);
  wait();
}

void Signals::wait() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    if (signal == SIGHUP)
      on_reload_();
    else
      on_stop_();
    wait();
  });
}

}  // namespace postern::app

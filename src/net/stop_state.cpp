#include "net/stop_state.hpp"

namespace postern::net {

void StopState::stop() {
  stopped_ = true;
  while (auto* wait = waits_.first()) {
    wait->unwatch();
    wait->on_stop();
  }
}

void StopWait::watch(StopToken token) {
  if (token.state_ != nullptr && !token.stopped()) token.state_->waits_.add(*this);
}

void StopWait::unwatch() { unlink(); }

}  // namespace postern::net

// A coroutine that waits until somebody wakes it. The one place where a coroutine is suspended for anything
// but a socket or a timer.
// Thread: its event loop; a call from another thread is posted to it.
#pragma once

#include <memory>

#include "net/stop_state.hpp"
#include "net/task.hpp"

namespace postern::net {

class Waiter : private StopWait {
 public:
  Waiter();
  ~Waiter() override;

  // Ends after wake(), or when `stop` is stopped; at once when it is stopped already. One wait at a time.
  Task<void> wait(StopToken stop);
  // The coroutine goes on by its loop, after this call has returned. Nothing when nobody waits.
  void wake();

 private:
  struct Suspended;
  template <class Handler>
  struct SuspendedBy;

  void on_stop() override { wake(); }

  std::unique_ptr<Suspended> suspended_;
};

}  // namespace postern::net

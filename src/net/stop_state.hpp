// Whether a session or a delivery has been told to end now. It is a state, not an event: every wait that is
// under way ends when it is set, and every wait that begins afterwards ends at once.
// The one wait that does not end by it is the wait for a commit of the spool: the promise behind "250"
// depends on the answer. Thread: its event loop.
#pragma once

#include "net/ring.hpp"

namespace postern::net {

class StopWait;

// Owned by a session or by an attempt to deliver.
class StopState {
 public:
  bool stopped() const { return stopped_; }
  void stop();  // a second call does nothing

 private:
  friend class StopWait;

  Ring<StopWait> waits_;
  bool stopped_ = false;
};

// What a wait is handed. Lifetime: the StopState outlives the wait, that is, its owner outlives its
// coroutines.
class StopToken {
 public:
  StopToken() = default;                           // is never stopped
  StopToken(StopState& state) : state_(&state) {}  // implicit, so that an owner hands over its state

  bool stopped() const { return state_ != nullptr && state_->stopped(); }

 private:
  friend class StopWait;

  StopState* state_ = nullptr;
};

// One wait, or several that end in the same way. The StopState may be destroyed first.
class StopWait : private RingLink {
 public:
  virtual ~StopWait() = default;

 protected:
  // From here on on_stop() is called when the token is stopped, once. The caller has looked before whether it
  // is stopped already: then nothing is called.
  void watch(StopToken token);
  void unwatch();

 private:
  friend class Ring<StopWait>;
  friend class StopState;

  // Makes the wait end, by what it posts to its loop: it resumes no coroutine within this call.
  virtual void on_stop() = 0;
};

}  // namespace postern::net

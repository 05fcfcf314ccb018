// The spool for a stop that does not end: whatever stands still, what waits in the spool is made safe on disk
// before the process ends (app/server/stop_watchdog). While the spool is being closed, that is done by its
// own end, for which this waits. It is shared, since the watchdog's thread may outlive the server's parts.
// Threads: any.
#pragma once

#include <condition_variable>

#include "base/guarded.hpp"
#include "store/segment_spool.hpp"

namespace postern::app {

class LastSync {
 public:
  void opened(store::SegmentSpool& spool);
  void closing();  // before the spool's end begins
  void closed();   // after it

  void sync();  // returns when what waits is safe, which may be never: the disk may stand still

 private:
  struct State {
    store::SegmentSpool* spool = nullptr;  // while it is open
    bool is_closing = false;
  };
  Guarded<State> state_;
  std::condition_variable has_closed_;
};

}  // namespace postern::app

// The last resort of a stop that does not end: says what each thread is doing, has the spool synced, and ends
// the process with exit code 1. Armed when the server begins to drain, disarmed when it has been taken down.
// Threads: arm() and disarm() by the owner's; what is handed in is called by threads of the watchdog.
#pragma once

#include <condition_variable>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "base/guarded.hpp"
#include "base/instant.hpp"

namespace postern::app {

struct LastResort {
  std::function<void()> sync_spool;             // given a few seconds; may never return
  std::function<void(std::string const&)> say;  // a line for standard error; the same
  std::function<void()> end_process;            // does not return, but in tests
};

LastResort last_resort(std::function<void()> sync_spool);  // standard error, and _exit(1)

class StopWatchdog {
 public:
  explicit StopWatchdog(LastResort resort) : last_resort_(std::move(resort)) {}
  ~StopWatchdog() { disarm(); }
  StopWatchdog(StopWatchdog const&) = delete;
  StopWatchdog& operator=(StopWatchdog const&) = delete;

  // From now on. The limit is that of the sessions (shutdown_limit) and some seconds for taking the server
  // down. A second call while it is armed changes nothing.
  void arm(Duration limit);
  void disarm();  // waits for the watchdog's thread, which ends at once unless the limit has just passed

 private:
  void watch(Duration limit);

  LastResort last_resort_;
  Guarded<bool> disarmed_{false};
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace postern::app

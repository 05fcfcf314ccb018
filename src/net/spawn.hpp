// The one place where a coroutine begins that nobody awaits.
#pragma once

#include <functional>
#include <string>

#include "base/counters.hpp"
#include "base/log.hpp"
#include "net/event_loop.hpp"
#include "net/task.hpp"

namespace postern::net {

// Starts `task` on `loop`. An exception that leaves it is logged as event `spawned-failed` (with task=NAME
// and reason=...), counted (Count::sessions_unexpected_errors), and goes no further. `done` runs on the loop
// when the task has ended, however it ended. Lifetime: log and counters outlive the loop.
void spawn(EventLoop& loop, Task<void> task, Log& log, Counters& counters, std::string name,
           std::function<void()> done = {});

}  // namespace postern::net

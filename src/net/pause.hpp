// A coroutine that waits for some time to pass.
#pragma once

#include "base/instant.hpp"
#include "net/stop_state.hpp"
#include "net/task.hpp"

namespace postern::net {

// Ends after `length`, or when `stop` is stopped. For waits that are rare: a limit of time that many
// connections have is a Deadline.
Task<void> pause(Duration length, StopToken stop = {});

}  // namespace postern::net

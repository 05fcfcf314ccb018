// Hands work to an event loop that is known by its executor only.
#pragma once

#include "net/task.hpp"
#include "net/work.hpp"

namespace postern::net {

// Runs `work` on the loop, never within this call. Threads: any.
void post_to(Executor const& executor, Work work);

}  // namespace postern::net

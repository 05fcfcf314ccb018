// By which loop the coroutine runs that asks.
#pragma once

#include "net/task.hpp"

namespace postern::net {

Task<Executor> current_executor();

}  // namespace postern::net

// Where log events go: to standard error, by a thread of spdlog's, so that no session waits for who reads it.
// Bounds: 8,192 lines wait; when more come the oldest are dropped, and counted.
#pragma once

#include <memory>

#include "base/counters.hpp"
#include "base/log.hpp"

namespace postern::app {

std::unique_ptr<Log> make_log(Severity least, LogFormat format, Counters& counters);

}  // namespace postern::app

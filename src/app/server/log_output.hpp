// Where log events go: to standard error, by a thread of its own, so that no session waits for who reads it;
// what comes within 20 ms goes out with one write. (spdlog's asynchronous logger wakes a thread for each
// line, which cost a tenth of the CPU of a message.) Bounds: 4 MiB wait; lines beyond are dropped, and
// counted.
#pragma once

#include <memory>

#include "base/counters.hpp"
#include "base/log.hpp"

namespace postern::app {

std::unique_ptr<Log> make_log(Severity least, LogFormat format, Counters& counters);

}  // namespace postern::app

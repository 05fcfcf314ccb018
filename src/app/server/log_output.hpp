// Where log events go: to standard error, by a thread of its own, so that no session waits for who reads it;
// what comes within 20 ms goes out with one write. (spdlog's asynchronous logger wakes a thread for each
// line, which cost a tenth of the CPU of a message.) Bounds: 4 MiB wait; lines beyond are dropped, and
// counted.
// Stopping: what waits is written, for as long as the reader takes it, but for no longer than a limit. Then
// the lines that still wait are dropped and counted, and the thread, which may be inside a write that never
// returns, is left behind. It touches nothing but what it shares with nobody else by then.
#pragma once

#include <unistd.h>

#include <chrono>
#include <memory>

#include "base/counters.hpp"
#include "base/instant.hpp"
#include "base/log.hpp"

namespace postern::app {

struct LogTarget {
  int descriptor = STDERR_FILENO;                 // stays open for as long as the process runs
  Duration stop_limit = std::chrono::seconds(2);  // for the last lines
};

// `counters` outlive the log.
std::unique_ptr<Log> make_log(Severity least, LogFormat format, Counters& counters, LogTarget target = {});

}  // namespace postern::app

#include "app/server/log_output.hpp"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <string>
#include <thread>
#include <utility>

#include "base/guarded.hpp"
#include "net/wall_clock.hpp"

namespace postern::app {
namespace {

constexpr std::size_t waiting_limit = 4U << 20;          // bytes
constexpr std::chrono::milliseconds gathering_time{20};  // lines of this long go out with one write

class BatchedLog : public Log {
 public:
  BatchedLog(Severity least, LogFormat format, Counters& counters)
      : least_(least), format_(format), counters_(counters), thread_([this] { run(); }) {}

  ~BatchedLog() override {
    waiting_.access()->stopping = true;
    wake_.notify_one();
    thread_.join();
  }

  bool takes(Severity severity) const override { return severity >= least_; }

  void write(LogEvent const& event) override {
    if (!takes(event.severity())) return;
    auto const line = event.print(format_, net::wall_clock());
    auto waiting = waiting_.access();
    if (waiting->text.size() > waiting_limit) return counters_.add(Count::log_lines_dropped);
    bool const first = waiting->text.empty();
    waiting->text += line;
    waiting->text += '\n';
    if (first) wake_.notify_one();
  }

 private:
  struct Waiting {
    std::string text;
    bool stopping = false;
  };

  void run() {
    ::pthread_setname_np(::pthread_self(), "log");
    for (bool stopping = false; !stopping;) {
      std::string text;
      {
        auto waiting = waiting_.access();
        wake_.wait(waiting.lock(), [&] { return waiting->stopping || !waiting->text.empty(); });
        wake_.wait_for(waiting.lock(), gathering_time, [&] { return waiting->stopping; });
        text.swap(waiting->text);
        stopping = waiting->stopping;
      }
      std::string_view left = text;
      while (!left.empty()) {
        auto const written = ::write(STDERR_FILENO, left.data(), left.size());
        if (written < 0 && errno != EINTR) break;  // nobody reads any more
        if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
      }
    }
  }

  Severity least_;
  LogFormat format_;
  Counters& counters_;
  Guarded<Waiting> waiting_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Log> make_log(Severity least, LogFormat format, Counters& counters) {
  return std::make_unique<BatchedLog>(least, format, counters);
}

}  // namespace postern::app

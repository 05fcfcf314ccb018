#include "app/server/log_output.hpp"

#include <pthread.h>

#include <algorithm>
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

// What the log and its thread share: either may be gone first.
struct Shared {
  struct Waiting {
    std::string text;
    bool stopping = false;
    bool ended = false;  // the thread
  };
  Guarded<Waiting> waiting;
  std::condition_variable wake;
  std::condition_variable has_ended;
};

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    auto const written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;  // nobody reads any more
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void run(std::shared_ptr<Shared> shared, int descriptor) {
  ::pthread_setname_np(::pthread_self(), "log");
  for (bool stopping = false; !stopping;) {
    std::string text;
    {
      auto waiting = shared->waiting.access();
      shared->wake.wait(waiting.lock(), [&] { return waiting->stopping || !waiting->text.empty(); });
      shared->wake.wait_for(waiting.lock(), gathering_time, [&] { return waiting->stopping; });
      text.swap(waiting->text);
      stopping = waiting->stopping;
    }
    write_all(descriptor, text);
  }
  shared->waiting.access()->ended = true;
  shared->has_ended.notify_all();
}

class BatchedLog : public Log {
 public:
  BatchedLog(Severity least, LogFormat format, Counters& counters, LogTarget target)
      : least_(least),
        format_(format),
        counters_(counters),
        stop_limit_(target.stop_limit),
        thread_(run, shared_, target.descriptor) {}

  ~BatchedLog() override {
    shared_->waiting.access()->stopping = true;
    shared_->wake.notify_one();
    auto waiting = shared_->waiting.access();
    bool const ended =
        shared_->has_ended.wait_for(waiting.lock(), stop_limit_, [&] { return waiting->ended; });
    if (ended) {
      waiting.lock().unlock();
      thread_.join();
      return;
    }
    auto const lines = std::count(waiting->text.begin(), waiting->text.end(), '\n');
    counters_.add(Count::log_lines_dropped, static_cast<std::uint64_t>(lines));
    waiting->text.clear();
    thread_.detach();
  }

  bool takes(Severity severity) const override { return severity >= least_; }

  void write(LogEvent const& event) override {
    if (!takes(event.severity())) return;
    auto const line = event.print(format_, net::wall_clock());
    auto waiting = shared_->waiting.access();
    if (waiting->text.size() > waiting_limit) return counters_.add(Count::log_lines_dropped);
    bool const first = waiting->text.empty();
    waiting->text += line;
    waiting->text += '\n';
    if (first) shared_->wake.notify_one();
  }

 private:
  Severity least_;
  LogFormat format_;
  Counters& counters_;
  Duration stop_limit_;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Log> make_log(Severity least, LogFormat format, Counters& counters, LogTarget target) {
  return std::make_unique<BatchedLog>(least, format, counters, target);
}

}  // namespace postern::app

#include "app/log_output.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace postern::app {
namespace {

constexpr std::size_t waiting_lines = 8192;

class AsyncLog : public Log {
 public:
  AsyncLog(Severity least, LogFormat format, Counters& counters)
      : least_(least),
        format_(format),
        counters_(counters),
        pool_(std::make_shared<spdlog::details::thread_pool>(waiting_lines, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "postern", std::make_shared<spdlog::sinks::stderr_sink_mt>(), pool_,
            spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::trace);
  }
  ~AsyncLog() override { logger_->flush(); }

  bool takes(Severity severity) const override { return severity >= least_; }

  void write(LogEvent const& event) override {
    if (!takes(event.severity())) return;
    auto const now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    logger_->log(spdlog::level::info, spdlog::string_view_t(event.print(format_, now)));
    auto const dropped = pool_->overrun_counter();
    auto const before = dropped_.exchange(dropped, std::memory_order_relaxed);
    if (dropped > before) counters_.add(Count::log_lines_dropped, dropped - before);
  }

 private:
  Severity least_;
  LogFormat format_;
  Counters& counters_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
  std::atomic<std::size_t> dropped_{0};
};

}  // namespace

std::unique_ptr<Log> make_log(Severity least, LogFormat format, Counters& counters) {
  return std::make_unique<AsyncLog>(least, format, counters);
}

}  // namespace postern::app

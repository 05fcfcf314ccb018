#include "app/server/stop_watchdog.hpp"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <utility>

#include "app/server/thread_report.hpp"

namespace postern::app {
namespace {

constexpr std::chrono::seconds report_limit{2};  // standard error may be what stands still
constexpr std::chrono::seconds sync_limit{10};   // and so may the disk

void say_on_standard_error(std::string const& line) {
  std::string const whole = line + "\n";
  [[maybe_unused]] auto const written = ::write(STDERR_FILENO, whole.data(), whole.size());
}

// Calls `work` on a thread of its own, and waits for it for no longer than `limit`.
void give_time_to(std::function<void()> work, Duration limit) {
  struct Granted {
    Guarded<bool> done{false};
    std::condition_variable wake;
  };
  auto const shared = std::make_shared<Granted>();
  std::thread([shared, work = std::move(work)] {
    work();
    *shared->done.access() = true;
    shared->wake.notify_all();
  }).detach();
  auto done = shared->done.access();
  shared->wake.wait_for(done.lock(), limit, [&] { return *done; });
}

}  // namespace

LastResort last_resort(std::function<void()> sync_spool) {
  return {
      .sync_spool = std::move(sync_spool), .say = say_on_standard_error, .end_process = [] { ::_exit(1); }};
}

void StopWatchdog::arm(Duration limit) {
  if (thread_.joinable()) return;
  *disarmed_.access() = false;
  thread_ = std::thread([this, limit] { watch(limit); });
}

void StopWatchdog::disarm() {
  *disarmed_.access() = true;
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StopWatchdog::watch(Duration limit) {
  ::pthread_setname_np(::pthread_self(), "watchdog");
  {
    auto disarmed = disarmed_.access();
    if (wake_.wait_for(disarmed.lock(), limit, [&] { return *disarmed; })) return;
  }
  give_time_to(
      [say = last_resort_.say] {
        say("postern: the stop does not end; this is what each thread is doing:");
        for (auto const& line : describe_threads()) say("postern: " + line);
      },
      report_limit);
  give_time_to(last_resort_.sync_spool, sync_limit);
  last_resort_.end_process();
}

}  // namespace postern::app

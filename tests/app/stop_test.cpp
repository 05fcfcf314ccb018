#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "app/server/last_sync.hpp"
#include "app/server/log_output.hpp"
#include "app/server/stop_watchdog.hpp"
#include "app/server/thread_report.hpp"
#include "store/recovery.hpp"
#include "store/spool_answer.hpp"
#include "support/example_policy.hpp"
#include "support/workplace.hpp"

namespace postern::app {
namespace {

constexpr std::chrono::milliseconds at_once{1};
constexpr std::chrono::hours never{1};

// What a watchdog did, told from its threads.
struct Done {
  Guarded<std::string> said;
  std::promise<void> ended;

  LastResort resort(std::function<void()> sync) {
    return {.sync_spool = std::move(sync),
            .say = [this](std::string const& line) { *said.access() += line + "\n"; },
            .end_process = [this] { ended.set_value(); }};
  }
};

TEST(StopWatchdog, SaysWhatThreadsDoAndSyncsBeforeItEndsTheProcess) {
  Done done;
  std::atomic<bool> synced{false};
  StopWatchdog watchdog(done.resort([&synced] { synced = true; }));
  watchdog.arm(at_once);
  done.ended.get_future().wait();
  EXPECT_TRUE(synced.load());
  EXPECT_NE(done.said.access()->find("name=watchdog"), std::string::npos);
}

TEST(StopWatchdog, DoesNothingWhenItIsDisarmedInTime) {
  Done done;
  StopWatchdog watchdog(done.resort([] {}));
  watchdog.arm(never);
  watchdog.arm(at_once);  // it is armed already
  watchdog.disarm();
  watchdog.disarm();
  EXPECT_EQ(*done.said.access(), "");
}

TEST(LastSync, MakesSafeWhatWaitsInTheSpool) {
  tests::Workplace place;
  auto spool = store::SegmentSpool::open({.directory = place.path("spool"), .idle_interval = never},
                                         store::real_files(), place.log, place.counters);
  ASSERT_TRUE(spool);
  LastSync last_sync;
  last_sync.opened(**spool);
  wire::Envelope envelope;
  envelope.recipients.push_back({.address = tests::address("a@example.org")});
  auto const id = (*spool)->next_id();
  auto const accepted =
      store::answer_of([&](auto done) { (*spool)->accept(id, "x", envelope, std::move(done)); });
  ASSERT_TRUE(accepted);
  (*spool)->settle(id, {{0, wire::RecipientState::delivered, 1, {}, "250"}});
  last_sync.sync();
  store::SpoolIndex index;
  ASSERT_TRUE(store::recover(store::real_files(), place.path("spool"), index));
  EXPECT_EQ(index.find(id), nullptr) << "that it was delivered is on disk";
}

TEST(LastSync, WaitsForASpoolThatIsBeingClosed) {
  tests::Workplace place;
  auto spool = store::SegmentSpool::open({.directory = place.path("spool")}, store::real_files(), place.log,
                                         place.counters);
  ASSERT_TRUE(spool);
  LastSync last_sync;
  last_sync.sync();  // nothing is open
  last_sync.opened(**spool);
  last_sync.closing();
  std::atomic<bool> closed{false};
  std::thread watchdog([&] {
    last_sync.sync();
    EXPECT_TRUE(closed.load());
  });
  spool->reset();
  closed = true;
  last_sync.closed();
  watchdog.join();
  last_sync.sync();
}

TEST(ThreadReport, NamesEachThread) {
  std::promise<void> named, release;
  std::thread thread([&] {
    ::pthread_setname_np(::pthread_self(), "a-sleeper");
    named.set_value();
    release.get_future().wait();
  });
  named.get_future().wait();
  auto const lines = describe_threads();
  release.set_value();
  thread.join();
  EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](std::string const& line) {
    return line.find("name=a-sleeper") != std::string::npos && line.find("state=") != std::string::npos;
  }));
}

std::string read_all(int descriptor) {
  std::string all;
  char bytes[4096];
  for (ssize_t count = 0; (count = ::read(descriptor, bytes, sizeof bytes)) > 0;)
    all.append(bytes, static_cast<std::size_t>(count));
  return all;
}

TEST(LogOutput, WritesWhatWaitsBeforeItEnds) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Counters counters;
  make_log(Severity::info, LogFormat::logfmt, counters, {.descriptor = ends[1], .stop_limit = never})
      ->write(LogEvent(Severity::info, "stopped"));
  ::close(ends[1]);
  EXPECT_NE(read_all(ends[0]).find("stopped"), std::string::npos);
  ::close(ends[0]);
  EXPECT_EQ(counters.get(Count::log_lines_dropped), 0U);
}

TEST(LogOutput, DoesNotWaitForAReaderThatStandsStill) {
  int ends[2] = {-1, -1};  // stay open: the thread that is left behind writes to them for as long as we run
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  int const size = ::fcntl(ends[1], F_GETPIPE_SZ);
  std::string const full(static_cast<std::size_t>(size), 'x');
  ASSERT_EQ(::write(ends[1], full.data(), full.size()), size);
  Counters counters;
  auto log =
      make_log(Severity::info, LogFormat::logfmt, counters, {.descriptor = ends[1], .stop_limit = at_once});
  log->write(LogEvent(Severity::info, "first"));
  log.reset();  // comes back, though nothing can be written
}

}  // namespace
}  // namespace postern::app

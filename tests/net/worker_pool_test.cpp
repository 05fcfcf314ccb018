#include "net/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>

#include "support/test_loop.hpp"

namespace postern::net {
namespace {

Task<void> add(WorkerPool* pool, int a, int b, int* sum) {
  auto call = [a, b] { return a + b; };
  *sum = co_await pool->run(std::move(call));
}

Task<void> call_that_throws(WorkerPool* pool) {
  auto call = []() -> int { throw std::runtime_error("the disk is gone"); };
  static_cast<void>(co_await pool->run(std::move(call)));
}

TEST(WorkerPool, GivesTheResultToTheCoroutine) {
  tests::TestLoop test;
  WorkerPool pool(2);
  int sum = 0;
  bool ended = false;
  test.spawn(add(&pool, 2, 3, &sum), &ended);
  test.run_until([&] { return ended; });
  EXPECT_EQ(sum, 5);
}

TEST(WorkerPool, ThrowsInTheCoroutineWhatTheCallThrows) {
  tests::TestLoop test;
  WorkerPool pool(1);
  bool ended = false;
  test.spawn(call_that_throws(&pool), &ended);
  test.run_until([&] { return ended; });
  EXPECT_TRUE(test.log.mentions("the disk is gone"));
}

TEST(WorkerPool, DoesWhatWaitsBeforeItIsJoined) {
  WorkerPool pool(1);
  std::atomic<int> done{0};
  for (int i = 0; i < 50; ++i) pool.post([&done] { ++done; });
  EXPECT_TRUE(pool.join(std::chrono::hours(1)));
  EXPECT_EQ(done.load(), 50);
}

TEST(WorkerPool, LeavesAThreadBehindThatDoesNotComeBack) {
  auto const release = std::make_shared<std::promise<void>>();
  auto const begun = std::make_shared<std::promise<void>>();
  auto const begins = begun->get_future();
  auto const not_begun = std::make_shared<std::atomic<bool>>(true);
  {
    WorkerPool pool(1);
    pool.post([release, begun] {
      begun->set_value();
      release->get_future().get();
    });
    pool.post([not_begun] { *not_begun = false; });
    begins.wait();
    EXPECT_FALSE(pool.join(std::chrono::milliseconds(1)));
  }
  EXPECT_TRUE(not_begun->load()) << "what has not begun is dropped";
  release->set_value();
}

}  // namespace
}  // namespace postern::net

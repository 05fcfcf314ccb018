#include "net/fair_workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "support/test_loop.hpp"

namespace postern::net {
namespace {

ClientNetwork network_number(int number) {
  return ClientNetwork(IpAddress::from_v4({192, 0, 2, static_cast<std::uint8_t>(number)}));
}

// Holds a thread until it is let go.
class Holder {
 public:
  Work call() {
    return [this] {
      begun_.set_value();
      release_.get_future().get();
    };
  }
  void wait_until_begun() { begun_.get_future().get(); }
  void let_go() { release_.set_value(); }

 private:
  std::promise<void> begun_;
  std::promise<void> release_;
};

TEST(FairWorkers, LetANetworkHaveItsShareAndNoMore) {
  FairWorkers workers(2, {.threads = 1});
  Holder slow;
  workers.post(network_number(1), slow.call());
  slow.wait_until_begun();
  std::promise<void> second_done, other_done;
  bool second_ran = false;
  workers.post(network_number(1), [&] {
    second_ran = true;
    second_done.set_value();
  });
  workers.post(network_number(2), [&] { other_done.set_value(); });
  other_done.get_future().get();  // although the first network has asked for more before
  EXPECT_FALSE(second_ran);
  slow.let_go();
  second_done.get_future().get();
  workers.join();
}

TEST(FairWorkers, LetNetworksTakeTurns) {
  std::mutex mutex;
  std::string order;
  FairWorkers workers(1, {.threads = 1});
  Holder slow;
  workers.post(network_number(9), slow.call());
  slow.wait_until_begun();
  auto const note = [&](char who) {
    return [&, who] {
      std::lock_guard const lock(mutex);
      order += who;
    };
  };
  for (int i = 0; i < 5; ++i) workers.post(network_number(1), note('a'));
  workers.post(network_number(2), note('b'));
  workers.post(network_number(3), note('c'));
  slow.let_go();
  workers.join();
  EXPECT_EQ(order, "abcaaaa");
}

TEST(FairWorkers, DoAllThatIsAskedOfThemWhoeverAsks) {
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> done{0};
    FairWorkers workers(1 + random() % 4, {.threads = 1 + random() % 3});
    for (int i = 0; i < 300; ++i)
      workers.post(network_number(static_cast<int>(random() % 5)), [&done] { ++done; });
    workers.join();
    ASSERT_EQ(done.load(), 300);
  }
}

Task<void> ask_for(FairWorkers* workers, int* sum) {
  auto call = [] { return 42; };
  auto const answer = co_await workers->run(network_number(1), std::move(call), {});
  *sum = answer.value_or(-1);
}

TEST(FairWorkers, GiveTheResultToTheCoroutine) {
  tests::TestLoop test;
  FairWorkers workers(1, {});
  int sum = 0;
  bool ended = false;
  test.spawn(ask_for(&workers, &sum), &ended);
  test.run_until([&] { return ended; });
  EXPECT_EQ(sum, 42);
}

}  // namespace
}  // namespace postern::net

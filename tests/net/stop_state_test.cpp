#include "net/stop_state.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>

#include "net/connector.hpp"
#include "net/dns.hpp"
#include "net/one_shot.hpp"
#include "net/pause.hpp"
#include "net/worker_pool.hpp"
#include "support/fake_dns.hpp"
#include "support/test_loop.hpp"

namespace postern::net {
namespace {

constexpr std::chrono::hours long_after{1};

class Note : public StopWait {
 public:
  explicit Note(StopToken token) { watch(token); }
  void on_stop() override { ++stops; }
  int stops = 0;
};

TEST(StopState, TellsEachWaitOnce) {
  StopState state;
  Note one(state), two(state);
  Note never{StopToken()};
  state.stop();
  state.stop();
  EXPECT_TRUE(state.stopped());
  EXPECT_EQ(one.stops, 1);
  EXPECT_EQ(two.stops, 1);
  EXPECT_EQ(never.stops, 0);
}

TEST(StopState, MayGoBeforeItsWaits) {
  auto state = std::make_unique<StopState>();
  Note note(*state);
  state.reset();
  EXPECT_EQ(note.stops, 0);
}

class Stopping : public testing::Test {
 protected:
  tests::TestLoop test_;
  StopState stop_;
  bool ended_ = false;

  // Runs the wait twice: stopped while it is under way, and stopped before it begins.
  template <class Begin>
  void expect_to_end(Begin begin) {
    begin();
    test_.settle();
    EXPECT_FALSE(ended_) << "it waits";
    stop_.stop();
    EXPECT_FALSE(ended_) << "nothing is resumed in the middle of stop()";
    test_.settle();
    EXPECT_TRUE(ended_);
    stop_.stop();
    ended_ = false;
    begin();
    test_.settle();
    EXPECT_TRUE(ended_) << "what begins afterwards ends at once";
  }
};

Task<void> wait_for_answer(OneShot<int>* answer, StopToken stop, std::optional<int>* got) {
  *got = co_await answer->wait(stop);
}

TEST_F(Stopping, EndsTheWaitForAnAnswer) {
  OneShot<int> answer;
  std::optional<int> got;
  expect_to_end([&] { test_.spawn(wait_for_answer(&answer, stop_, &got), &ended_); });
  EXPECT_FALSE(got);
}

TEST_F(Stopping, DoesNotTakeAwayAnAnswerThatHasCome) {
  OneShot<int> answer;
  std::optional<int> got;
  test_.spawn(wait_for_answer(&answer, stop_, &got), &ended_);
  test_.settle();
  answer.set(7);
  EXPECT_FALSE(ended_) << "nothing is resumed in the middle of set()";
  stop_.stop();
  test_.settle();
  EXPECT_EQ(got, 7);
}

Task<void> wait_for_time(StopToken stop) { co_await pause(long_after, stop); }

TEST_F(Stopping, EndsAPause) {
  expect_to_end([&] { test_.spawn(wait_for_time(stop_), &ended_); });
}

Task<void> wait_for_bytes(Stream* stream, std::string* problem) {
  auto const ready = co_await stream->readable();
  if (!ready) *problem = ready.error().print();
}

TEST_F(Stopping, EndsTheWaitOfAStream) {
  tests::SocketPair pair(test_.loop);
  Stream stream(std::move(pair.near), stop_);
  std::string problem;
  expect_to_end([&] { test_.spawn(wait_for_bytes(&stream, &problem), &ended_); });
  EXPECT_EQ(problem, "read: we are shutting down");
}

Task<void> write_much(Stream* stream) {
  static_cast<void>(co_await stream->write(std::string(8U << 20, 'x')));
}

TEST_F(Stopping, EndsAWriteThatNobodyReads) {
  tests::SocketPair pair(test_.loop);
  Stream stream(std::move(pair.near), stop_);
  expect_to_end([&] { test_.spawn(write_much(&stream), &ended_); });
}

TEST(Stream, BeginsWaitsAgainAfterADeadlineHasEndedOne) {
  tests::TestLoop test;
  tests::SocketPair pair(test.loop);
  Stream stream(std::move(pair.near));
  std::string problem;
  bool ended = false;
  test.spawn(wait_for_bytes(&stream, &problem), &ended);
  test.settle();
  stream.end_waits();
  test.settle();
  EXPECT_TRUE(ended);
  EXPECT_NE(problem, "");
  problem.clear();
  test.spawn(wait_for_bytes(&stream, &problem), &ended);
  pair.say("x");
  test.settle();
  EXPECT_EQ(problem, "");
}

Task<void> look_up(Dns* dns, StopToken stop, DnsAnswer* got) {
  *got = co_await ask(*dns, "example.org", wire::DnsType::mx, stop);
}

TEST_F(Stopping, EndsTheWaitForASilentNameServer) {
  tests::FakeDns dns;
  DnsAnswer got;
  expect_to_end([&] { test_.spawn(look_up(&dns, stop_, &got), &ended_); });
  EXPECT_EQ(got.status, DnsStatus::failed);
  ASSERT_EQ(dns.questions.size(), 1U) << "after the stop nothing is asked";
  dns.answer(DnsStatus::found);  // nobody waits for it any more
  test_.settle();
  EXPECT_EQ(got.status, DnsStatus::failed);
}

Task<void> connect_to(std::vector<Endpoint> endpoints, StopToken stop, std::string* problem) {
  auto const connected = co_await connect_first(std::move(endpoints), long_after, long_after, stop);
  *problem = connected ? "" : connected.error().print();
}

TEST_F(Stopping, LetsNoConnectionBegin) {
  stop_.stop();
  std::string problem;
  test_.spawn(connect_to({{*IpAddress::parse("127.0.0.1"), 1}}, stop_, &problem), &ended_);
  test_.settle();
  EXPECT_EQ(problem, "connect: we are shutting down");
}

Task<void> call(WorkerPool* pool, std::shared_ptr<std::promise<int>> release, StopToken stop,
                std::optional<int>* got) {
  auto blocking = [release] { return release->get_future().get(); };
  *got = co_await pool->run(std::move(blocking), stop);
}

TEST_F(Stopping, EndsTheWaitForAWorkerWhoseAnswerMayComeLater) {
  WorkerPool pool(1);
  auto const release = std::make_shared<std::promise<int>>();
  std::optional<int> got;
  expect_to_end([&] { test_.spawn(call(&pool, release, stop_, &got), &ended_); });
  release->set_value(3);
  pool.join();
  test_.settle();
  EXPECT_FALSE(got);
}

}  // namespace
}  // namespace postern::net

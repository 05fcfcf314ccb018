// A few threads for calls that block: file syncs, SQLite reads. A coroutine waits for the result without
// blocking its loop.
#pragma once

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <utility>

#include "net/one_shot.hpp"
#include "net/task.hpp"

namespace postern::net {

class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads) : pool_(threads) {}
  ~WorkerPool() { pool_.join(); }

  // `call` takes nothing and gives a value that can be moved; it is destroyed before the coroutine goes on.
  template <class Call>
  Task<std::invoke_result_t<Call>> run(Call call) {
    using T = std::invoke_result_t<Call>;
    auto answer = std::make_shared<OneShot<T>>();
    auto const executor = co_await boost::asio::this_coro::executor;
    boost::asio::post(pool_, [executor, answer, work = std::make_unique<Call>(std::move(call))]() mutable {
      auto value = std::make_shared<T>((*work)());
      work.reset();
      boost::asio::post(executor, [answer, value] { answer->set(std::move(*value)); });
    });
    co_return co_await answer->wait();
  }

  // Without an answer; `call` says itself what came of it.
  template <class Call>
  void post(Call call) {
    waiting_.fetch_add(1, std::memory_order_relaxed);
    boost::asio::post(pool_, [this, work = std::make_unique<Call>(std::move(call))] {
      waiting_.fetch_sub(1, std::memory_order_relaxed);
      (*work)();
    });
  }
  bool has_room() const { return waiting_.load(std::memory_order_relaxed) < most_waiting; }  // for post()

  void join() { pool_.join(); }

 private:
  static constexpr int most_waiting = 1000;
  std::atomic<int> waiting_{0};
  boost::asio::thread_pool pool_;
};

}  // namespace postern::net

// A few threads for calls that block: file syncs, SQLite reads, fetches. A coroutine waits for the result
// without blocking its loop.
// Stopping: join() waits for the threads. A thread that is inside a call that does not return cannot be
// ended: join(limit) leaves it behind and says so. It then touches nothing of the pool that has gone; but
// what its call refers to must stay, so the owner that hears `false` destroys nothing of it and ends the
// process instead.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/instant.hpp"
#include "net/current_executor.hpp"
#include "net/one_shot.hpp"
#include "net/posting.hpp"
#include "net/work.hpp"

namespace postern::net {

class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads);
  ~WorkerPool();  // as join()

  // `call` takes nothing and gives a value that can be moved; it is destroyed before the coroutine goes on.
  // What it throws is thrown here.
  template <class Call>
  Task<std::invoke_result_t<Call&>> run(Call call) {
    auto const executor = co_await current_executor();
    auto const answer = std::make_shared<Answer<Call>>();
    begin(executor, answer, std::move(call));
    auto outcome = co_await answer->wait();
    if (outcome.error) std::rethrow_exception(outcome.error);
    co_return std::move(*outcome.value);
  }

  // None when `stop` ended the wait: the call goes on, and nobody hears of what came of it.
  template <class Call>
  Task<std::optional<std::invoke_result_t<Call&>>> run(Call call, StopToken stop) {
    if (stop.stopped()) co_return std::nullopt;
    auto const executor = co_await current_executor();
    auto const answer = std::make_shared<Answer<Call>>();
    begin(executor, answer, std::move(call));
    auto outcome = co_await answer->wait(stop);
    if (!outcome) co_return std::nullopt;
    if (outcome->error) std::rethrow_exception(outcome->error);
    co_return std::move(outcome->value);
  }

  // Without an answer; `call` says itself what came of it, and throws nothing.
  void post(Work call);

  // Takes nothing more, does what waits, and waits for the threads, however long that takes.
  void join();
  // The same, for no longer than `limit`; then what has not begun is dropped. False: a thread is still inside
  // a call.
  bool join(Duration limit);

 private:
  friend class FairWorkers;
  struct Shared;
  template <class T>
  struct Outcome {
    std::optional<T> value;
    std::exception_ptr error;
  };
  template <class Call>
  using Answer = OneShot<Outcome<std::invoke_result_t<Call&>>>;

  template <class Call>
  void begin(Executor executor, std::shared_ptr<Answer<Call>> answer, Call call) {
    post(answering(std::move(executor), std::move(answer), std::move(call)));
  }

  // What makes the call, on whatever thread, and posts to the loop what came of it.
  template <class Call>
  static Work answering(Executor executor, std::shared_ptr<Answer<Call>> answer, Call call) {
    using T = std::invoke_result_t<Call&>;
    return [executor, answer, held = std::make_unique<Call>(std::move(call))]() mutable {
      Outcome<T> outcome;
      try {
        outcome.value.emplace((*held)());
      } catch (...) {
        outcome.error = std::current_exception();
      }
      held.reset();
      post_to(executor, [answer, given = std::move(outcome)]() mutable { answer->set(std::move(given)); });
    };
  }
  static void work(std::shared_ptr<Shared> shared);

  std::shared_ptr<Shared> shared_;
  std::vector<std::thread> threads_;
};

}  // namespace postern::net

// A worker pool that client networks share: each has a queue of its own, the queues take turns, and none has
// more than its share of the threads. So what one network asks for never stands in front of the others.
// Threads: any. Bounds: none of its own; it is for callers of which there are few (one per connection).
// Stopping: as WorkerPool.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "base/client_network.hpp"
#include "base/guarded.hpp"
#include "net/worker_pool.hpp"

namespace postern::net {

class FairWorkers {
 public:
  struct Share {              // of one network
    std::size_t threads = 1;  // at the same time
  };

  FairWorkers(std::size_t threads, Share share) : share_(share), pool_(threads) {}

  // None when `stop` ended the wait: the call goes on, and nobody hears of what came of it.
  template <class Call>
  Task<std::optional<std::invoke_result_t<Call&>>> run(ClientNetwork who, Call call, StopToken stop) {
    if (stop.stopped()) co_return std::nullopt;
    auto const executor = co_await current_executor();
    auto const answer = std::make_shared<WorkerPool::Answer<Call>>();
    post(who, WorkerPool::answering(executor, answer, std::move(call)));
    auto outcome = co_await answer->wait(stop);
    if (!outcome) co_return std::nullopt;
    if (outcome->error) std::rethrow_exception(outcome->error);
    co_return std::move(outcome->value);
  }

  // Without an answer; `call` says itself what came of it, and throws nothing.
  void post(ClientNetwork const& who, Work call);

  void join() { pool_.join(); }

 private:
  struct Queue {
    std::deque<Work> waiting;
    std::size_t running = 0;
  };
  struct State {
    std::unordered_map<ClientNetwork, Queue, ClientNetworkHash> queues;
    std::deque<ClientNetwork> turns;  // those that have something to do and a thread left of their share
  };
  struct Taken {
    ClientNetwork of;
    Work call;
  };

  std::optional<Taken> take();
  void finished(ClientNetwork const& of);
  void work();

  Share share_;
  Guarded<State> state_;
  WorkerPool pool_;  // its threads use all of this
};

}  // namespace postern::net

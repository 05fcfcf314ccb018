#include "net/worker_pool.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>

#include "base/guarded.hpp"

namespace postern::net {

// Shared by the pool and its threads, so that a thread that is left behind finds it as long as it wants.
struct WorkerPool::Shared {
  struct State {
    std::deque<Work> waiting;
    std::size_t running = 0;  // threads
    bool closed = false;
  };
  Guarded<State> state;
  std::condition_variable has_work;
  std::condition_variable has_ended;
};

WorkerPool::WorkerPool(std::size_t threads) : shared_(std::make_shared<Shared>()) {
  shared_->state.access()->running = threads;
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back(&WorkerPool::work, shared_);
}

WorkerPool::~WorkerPool() { join(); }

void WorkerPool::work(std::shared_ptr<Shared> shared) {
  ::pthread_setname_np(::pthread_self(), "worker");
  for (;;) {
    Work next;
    {
      auto state = shared->state.access();
      shared->has_work.wait(state.lock(), [&] { return state->closed || !state->waiting.empty(); });
      if (state->waiting.empty()) break;
      next = std::move(state->waiting.front());
      state->waiting.pop_front();
    }
    next();
  }
  --shared->state.access()->running;
  shared->has_ended.notify_all();
}

void WorkerPool::post(Work call) {
  {
    auto state = shared_->state.access();
    if (state->closed) return;
    state->waiting.push_back(std::move(call));
  }
  shared_->has_work.notify_one();
}

void WorkerPool::join() {
  shared_->state.access()->closed = true;
  shared_->has_work.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

bool WorkerPool::join(Duration limit) {
  shared_->state.access()->closed = true;
  shared_->has_work.notify_all();
  bool all_ended = false;
  std::deque<Work> dropped;
  {
    auto state = shared_->state.access();
    all_ended = shared_->has_ended.wait_for(state.lock(), limit, [&] { return state->running == 0; });
    dropped.swap(state->waiting);
  }
  if (all_ended) {
    join();
    return true;
  }
  for (auto& thread : threads_) thread.detach();
  threads_.clear();
  return false;
}

}  // namespace postern::net

// The SPF of a transaction, looked up while the session goes on; waited for only when a rule asks for it.
// Thread: its event loop; the answer may come after the session has gone.
#pragma once

#include <memory>

#include "net/event_loop.hpp"
#include "net/waiter.hpp"
#include "net/worker_pool.hpp"
#include "policy/facts.hpp"
#include "session/spf.hpp"

namespace postern::session {

class SenderCheck {
 public:
  // A new transaction: what came of the one before is forgotten.
  void begin(SpfChecker& checker, net::WorkerPool& workers, net::EventLoop& loop, policy::Facts const& facts);
  net::Task<void> wait(net::StopToken stop);
  policy::Spf result() const { return search_ ? search_->result : policy::Spf::not_asked; }  // so far

 private:
  struct Search {
    policy::Spf result = policy::Spf::not_asked;
    bool done = false;
    net::Waiter arrived;
  };
  std::shared_ptr<Search> search_;
};

}  // namespace postern::session

// The SPF of a transaction, looked up while the session goes on; waited for only when a rule asks for it.
// What is not known within spf_limit, or cannot even wait for a thread, is a temporary error (RFC 7208
// section 2.6.6). Thread: its event loop; the answer may come after the session has gone.
#pragma once

#include <memory>

#include "net/deadlines.hpp"
#include "net/event_loop.hpp"
#include "net/fair_workers.hpp"
#include "net/waiter.hpp"
#include "policy/facts.hpp"
#include "session/spf.hpp"

namespace postern::session {

class SenderCheck {
 public:
  // A new transaction: what came of the one before is forgotten.
  void begin(SpfChecker& checker, net::FairWorkers& workers, net::EventLoop& loop,
             policy::Facts const& facts);
  net::Task<void> wait(net::StopToken stop);
  policy::Spf result() const { return search_ ? search_->result : policy::Spf::not_asked; }  // so far

 private:
  struct Search : net::Deadline {
    explicit Search(net::DeadlineKeeper& keeper) : Deadline(keeper) {}
    void expire() override { finish(policy::Spf::temperror); }
    void finish(policy::Spf found);  // what comes later changes nothing
    policy::Spf result = policy::Spf::not_asked;
    bool done = false;
    net::Waiter arrived;
  };
  std::shared_ptr<Search> search_;
};

}  // namespace postern::session

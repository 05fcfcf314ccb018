// The client's forward-confirmed name, looked up while the session goes on, waited for no longer than a
// limit. Thread: its event loop; the answer may come after the session has gone.
#pragma once

#include <memory>
#include <string>

#include "base/ip_address.hpp"
#include "net/client_names.hpp"
#include "net/deadlines.hpp"
#include "net/event_loop.hpp"
#include "net/waiter.hpp"
#include "policy/authentication_facts.hpp"

namespace postern::session {

class ClientName {
 public:
  // Begins the look-up, unless the answer is known.
  void look_up(net::ClientNames& names, net::EventLoop& loop, IpAddress const& client, Duration limit);

  bool settled() const { return !search_ || search_->done; }  // known, or the limit has passed
  net::Task<void> wait(net::StopToken stop);
  std::string const& name() const { return answer().name; }  // empty: none, or not known
  policy::Iprev iprev() const;                               // so far

 private:
  struct Search : net::Deadline {
    explicit Search(net::DeadlineKeeper& keeper) : Deadline(keeper) {}
    void expire() override { finish(); }
    void finish();
    net::ClientNames::Answer answer{.known = false};
    bool done = false;
    net::Waiter arrived;
  };
  net::ClientNames::Answer const& answer() const { return search_ ? search_->answer : answer_; }

  bool asked_ = false;
  net::ClientNames::Answer answer_;
  std::shared_ptr<Search> search_;
};

}  // namespace postern::session

// Answers what a pure evaluation (auth/dns_view) asks the DNS, while the session goes on: all that it wants
// at one time is asked at once, and it is run again when the answers are there.
//
// Bounds: of one search its time and 200 questions; what is not answered by then counts as a failure of the
// DNS, and the evaluation makes of it what it makes of any (a temporary error). Of one client network 64
// searches at the same time, of all together 4,096; what comes beyond asks nothing, as if nobody answered.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <unordered_map>

#include "auth/dns_view.hpp"
#include "base/client_network.hpp"
#include "base/guarded.hpp"
#include "base/instant.hpp"
#include "net/deadlines.hpp"
#include "net/dns.hpp"
#include "net/event_loop.hpp"
#include "net/waiter.hpp"

namespace postern::session {

// The DNS as sessions share it. Threads: any. Lifetime: it outlives its searches, and so does `dns`.
class DnsSearches {
 public:
  static constexpr std::size_t most_of_network = 64;
  static constexpr std::size_t most = 4096;

  explicit DnsSearches(net::Dns& dns) : dns_(dns) {}

  bool enabled() const { return dns_.enabled(); }
  net::Dns& dns() { return dns_; }

  bool enter(ClientNetwork const& network);  // false: there are too many
  void leave(ClientNetwork const& network);

 private:
  struct State {
    std::size_t running = 0;
    std::unordered_map<ClientNetwork, std::size_t, ClientNetworkHash> of_network;
  };
  net::Dns& dns_;
  Guarded<State> state_;
};

// Thread: its event loop; answers may come after the search has ended.
class DnsSearch : public std::enable_shared_from_this<DnsSearch>, private net::Deadline {
 public:
  static constexpr std::size_t most_questions = 200;
  // Whether the evaluation has come to its end; if it has not, it has asked the view for something.
  using Evaluate = std::function<bool(auth::DnsView& dns)>;

  // It has ended already when nothing has to be asked, or may be.
  static std::shared_ptr<DnsSearch> begin(DnsSearches& searches, net::EventLoop& loop,
                                          ClientNetwork const& network, Duration limit, Evaluate evaluate);
  ~DnsSearch() override;

  bool done() const { return done_; }
  net::Task<void> wait(net::StopToken stop);  // the caller keeps it alive
  void abandon();                             // nobody waits any more: nothing more is asked

 private:
  DnsSearch(DnsSearches& searches, net::EventLoop& loop, ClientNetwork const& network, Evaluate evaluate);
  void expire() override;
  void go_on();
  void ask(auth::DnsQuestion const& question);
  void take(auth::DnsQuestion const& question, net::DnsAnswer answer);
  void finish();

  DnsSearches& searches_;
  net::EventLoop& loop_;
  ClientNetwork network_;
  Evaluate evaluate_;
  auth::DnsView view_;
  std::set<auth::DnsQuestion> open_;  // questions without an answer so far
  std::size_t asked_ = 0;
  bool has_share_ = false;  // of the searches that may run
  bool late_ = false;       // nothing is asked any more
  bool done_ = false;
  net::Waiter arrived_;
};

}  // namespace postern::session

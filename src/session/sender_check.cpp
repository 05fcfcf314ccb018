#include "session/sender_check.hpp"

#include <chrono>

#include "base/client_network.hpp"

namespace postern::session {
namespace {

using Steady = std::chrono::steady_clock;

Duration since(Steady::time_point then) { return std::chrono::duration_cast<Duration>(Steady::now() - then); }

}  // namespace

void SenderCheck::begin(SpfChecker& checker, net::FairWorkers& workers, net::EventLoop& loop,
                        policy::Facts const& facts) {
  search_.reset();
  if (!checker.enabled()) return;
  search_ = std::make_shared<Search>(loop.deadlines());
  ClientNetwork const network(facts.connection.client);
  if (!workers.has_room(network)) return search_->finish(policy::Spf::temperror);
  search_->in(spf_limit);
  workers.post(network, [&checker, &workers, &loop, search = search_, asked = Steady::now(),
                         client = facts.connection.client, helo = facts.connection.helo,
                         sender = facts.transaction.mail.reverse_path]() mutable {
    auto const has_time = [&workers, asked, begun = Steady::now()] {
      return may_go_on(since(asked), since(begun), workers.others_wait());
    };
    auto const result = checker.check(client, helo, sender, has_time);
    loop.post([search = std::move(search), result] { search->finish(result); });
  });
}

net::Task<void> SenderCheck::wait(net::StopToken stop) {
  auto const search = search_;  // outlives the wait
  if (search && !search->done) co_await search->arrived.wait(stop);
}

void SenderCheck::Search::finish(policy::Spf found) {
  off();
  if (done) return;
  done = true;
  result = found;
  arrived.wake();
}

}  // namespace postern::session

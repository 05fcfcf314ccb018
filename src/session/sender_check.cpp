#include "session/sender_check.hpp"

namespace postern::session {

void SenderCheck::begin(SpfChecker& checker, net::WorkerPool& workers, net::EventLoop& loop,
                        policy::Facts const& facts) {
  search_.reset();
  if (!checker.enabled() || !workers.has_room()) return;
  search_ = std::make_shared<Search>();
  workers.post([&checker, &loop, search = search_, client = facts.connection.client,
                helo = facts.connection.helo, sender = facts.transaction.mail.reverse_path]() mutable {
    auto const result = checker.check(client, helo, sender);
    loop.post([search = std::move(search), result] {
      search->result = result;
      search->done = true;
      search->arrived.wake();
    });
  });
}

net::Task<void> SenderCheck::wait(net::StopToken stop) {
  auto const search = search_;  // outlives the wait
  if (search && !search->done) co_await search->arrived.wait(stop);
}

}  // namespace postern::session

#include "session/client_name.hpp"

namespace postern::session {

void ClientName::look_up(net::ClientNames& names, net::EventLoop& loop, IpAddress const& client,
                         Duration limit) {
  if (auto known = names.known_name(client)) {
    name_ = std::move(*known);
    return;
  }
  search_ = std::make_shared<Search>(loop.deadlines());
  if (names.worth_waiting() && limit > Duration::zero())
    search_->in(limit);
  else
    search_->finish();
  names.find_name(client, [&loop, search = search_](std::string name) mutable {
    loop.post([search = std::move(search), name = std::move(name)]() mutable {
      search->name = std::move(name);  // also when late: the record of the connection has it
      search->finish();
    });
  });
}

net::Task<void> ClientName::wait(net::StopToken stop) {
  auto const search = search_;  // outlives the wait
  if (search && !search->done) co_await search->arrived.wait(stop);
}

void ClientName::Search::finish() {
  off();
  if (done) return;
  done = true;
  arrived.wake();
}

}  // namespace postern::session

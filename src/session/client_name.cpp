#include "session/client_name.hpp"

namespace postern::session {

void ClientName::look_up(net::ClientNames& names, net::EventLoop& loop, IpAddress const& client,
                         Duration limit) {
  asked_ = names.enabled();
  if (auto known = names.known_name(client)) {
    answer_ = std::move(*known);
    return;
  }
  search_ = std::make_shared<Search>(loop.deadlines());
  if (names.worth_waiting() && limit > Duration::zero())
    search_->in(limit);
  else
    search_->finish();
  names.find_name(client, [&loop, search = search_](net::ClientNames::Answer answer) mutable {
    loop.post([search = std::move(search), answer = std::move(answer)]() mutable {
      search->answer = std::move(answer);  // also when late: the record of the connection has it
      search->finish();
    });
  });
}

policy::Iprev ClientName::iprev() const {
  if (!asked_) return policy::Iprev::not_asked;
  if (!answer().name.empty()) return policy::Iprev::pass;
  return answer().known ? policy::Iprev::fail : policy::Iprev::temperror;
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

#include "session/filter_call.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <chrono>
#include <utility>
#include <variant>

namespace postern::session {
namespace {

constexpr std::size_t filter_read_size = 16U << 10;

void set_tcp_option(int descriptor, int option) {
  int const on = 1;
  // It makes the conversation faster; without it everything works as well.
  [[maybe_unused]] int const result = ::setsockopt(descriptor, IPPROTO_TCP, option, &on, sizeof on);
}

}  // namespace

std::vector<Address const*> FilterQuestion::recipients() const {
  std::vector<Address const*> accepted;
  for (auto const& recipient : facts->transaction.recipients)
    if (recipient.accepted) accepted.push_back(&recipient.address);
  return accepted;
}

FilterConnection::FilterConnection(net::EventLoop& loop, net::Socket socket, net::Target const& target,
                                   Duration limit, net::StopToken stop)
    : Deadline(loop.deadlines()),
      stream_(std::move(socket), stop),
      over_tcp_(std::holds_alternative<net::Endpoint>(target)) {
  if (over_tcp_) set_tcp_option(stream_.descriptor(), TCP_NODELAY);
  in(limit);
}

// The system delays acknowledgements by 40 ms, and a peer without TCP_NODELAY waits for them. It forgets this
// option by itself.
void FilterConnection::acknowledge_at_once() {
  if (over_tcp_) set_tcp_option(stream_.descriptor(), TCP_QUICKACK);
}

net::Task<bool> FilterConnection::send(std::string bytes) {
  acknowledge_at_once();
  auto const written = co_await stream_.write(std::move(bytes));
  if (written && !passed()) co_return true;
  if (written)
    problem_ = "it has not answered in time";
  else
    note(written.error());
  co_return false;
}

net::Task<bool> FilterConnection::read() {
  for (;;) {
    acknowledge_at_once();
    auto const ready = co_await stream_.readable();
    if (!ready || passed()) {
      if (ready)
        problem_ = "it has not answered in time";
      else
        note(ready.error());
      co_return false;
    }
    auto const before = in_.size();
    in_.resize(before + filter_read_size);
    auto const count = stream_.read_now({in_.data() + before, filter_read_size});
    in_.resize(before + (count ? *count : 0));
    if (count && *count > 0) co_return true;
    if (count) continue;
    hung_up_ = count.error().code == boost::asio::error::eof;
    note(count.error());
    co_return false;
  }
}

void FilterConnection::note(net::IoError const& error) {
  if (!problem_.empty()) return;
  if (passed())
    problem_ = "it has not answered in time";
  else if (hung_up_)
    problem_ = "it has hung up";
  else
    problem_ = error.print();
}

net::Task<Result<std::unique_ptr<FilterConnection>, std::string>> connect_to(FilterQuestion question) {
  auto const& filter = *question.filter;
  auto const begun = std::chrono::steady_clock::now();
  auto socket = co_await net::connect(filter.target, filter.timeout, question.stop);
  if (!socket) co_return fail(socket.error().print());
  auto const spent = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun);
  auto const left = std::max<Duration>(filter.timeout - spent, std::chrono::milliseconds(1));
  co_return std::make_unique<FilterConnection>(*question.loop, *std::move(socket), filter.target, left,
                                               question.stop);
}

}  // namespace postern::session

#include "net/connector.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/current_executor.hpp"
#include "net/one_shot.hpp"
#include "net/posting.hpp"

namespace postern::net {
namespace {

namespace asio = boost::asio;
using GenericEndpoint = asio::generic::stream_protocol::endpoint;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

IoResult<GenericEndpoint> endpoint_of(Target const& target) {
  if (auto const* tcp = std::get_if<Endpoint>(&target)) {
    boost::system::error_code error;
    auto const address = asio::ip::make_address(tcp->address.print(), error);
    if (error) return fail(IoError{error, "connect", {}});
    return GenericEndpoint(asio::ip::tcp::endpoint(address, tcp->port));
  }
  auto const& path = std::get<UnixPath>(target).path;
  if (path.size() > 107)
    return fail(IoError{asio::error::make_error_code(asio::error::name_too_long), "connect", {}});
  return GenericEndpoint(asio::local::stream_protocol::endpoint(path));
}

IoError stopped() {
  return {asio::error::make_error_code(asio::error::operation_aborted), "connect", "we are shutting down"};
}

// The one attempt of connect(), ended by its limit or by its token.
struct Single : StopWait {
  Single(Executor const& executor, Duration longest, StopToken stop)
      : socket(executor), limit(executor, longest) {
    watch(stop);
  }
  void on_stop() override { close(); }
  void close() {
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  Socket socket;
  Timer limit;
  bool expired = false;
};

// What the attempts of connect_first() have in common.
struct Race : StopWait {
  std::vector<Endpoint> endpoints;
  std::vector<std::shared_ptr<Socket>> runners;
  OneShot<IoResult<Connected>> finish;
  Timer start_next;
  Timer limit;
  Duration head_start;
  std::size_t begun = 0;
  std::size_t failed = 0;
  bool over = false;

  Race(Executor const& executor, std::vector<Endpoint> all, Duration between, Duration longest,
       StopToken stop)
      : endpoints(std::move(all)), start_next(executor), limit(executor, longest), head_start(between) {
    watch(stop);
  }
  void on_stop() override { end(fail(stopped())); }

  void end(IoResult<Connected> result) {
    if (over) return;
    over = true;
    unwatch();
    start_next.cancel();
    limit.cancel();
    boost::system::error_code ignored;
    for (auto const& runner : runners) runner->close(ignored);
    finish.set(std::move(result));
  }
};

void begin_next(std::shared_ptr<Race> const& race, Executor const& executor) {
  if (race->over || race->begun == race->endpoints.size()) return;
  auto const peer = race->endpoints[race->begun++];
  auto const endpoint = endpoint_of(peer);
  auto runner = std::make_shared<Socket>(executor);
  race->runners.push_back(runner);
  auto const on_connected = [race, runner, peer, executor](boost::system::error_code error) {
    if (race->over) return;
    if (!error) {
      Connected connected{std::move(*runner), peer};
      return race->end(std::move(connected));
    }
    if (++race->failed == race->endpoints.size()) return race->end(fail(IoError{error, "connect", {}}));
    begin_next(race, executor);
  };
  if (endpoint)
    runner->async_connect(*endpoint, on_connected);
  else
    post_to(executor, [on_connected, code = endpoint.error().code] { on_connected(code); });
  race->start_next.expires_after(race->head_start);
  race->start_next.async_wait([race, executor](boost::system::error_code error) {
    if (!error) begin_next(race, executor);
  });
}

}  // namespace

std::string print(Target const& target) {
  if (auto const* tcp = std::get_if<Endpoint>(&target)) return tcp->print();
  return "unix:" + std::get<UnixPath>(target).path;
}

Task<IoResult<Socket>> connect(Target target, Duration limit, StopToken stop) {
  if (stop.stopped()) co_return fail(stopped());
  auto const endpoint = endpoint_of(target);
  if (!endpoint) co_return fail(endpoint.error());
  auto const executor = co_await current_executor();
  auto const single = std::make_shared<Single>(executor, limit, stop);
  single->limit.async_wait([single](boost::system::error_code error) {
    if (error) return;
    single->expired = true;
    single->close();
  });
  auto [error] = co_await single->socket.async_connect(*endpoint, quietly);
  single->limit.cancel();
  if (stop.stopped()) co_return fail(stopped());
  if (single->expired)
    co_return fail(IoError{asio::error::make_error_code(asio::error::timed_out), "connect", {}});
  if (error) co_return fail(IoError{error, "connect", {}});
  co_return std::move(single->socket);
}

Task<IoResult<Connected>> connect_first(std::vector<Endpoint> endpoints, Duration head_start, Duration limit,
                                        StopToken stop) {
  if (stop.stopped()) co_return fail(stopped());
  auto const executor = co_await current_executor();
  auto race = std::make_shared<Race>(executor, std::move(endpoints), head_start, limit, stop);
  race->limit.async_wait([race](boost::system::error_code error) {
    if (!error) race->end(fail(IoError{asio::error::make_error_code(asio::error::timed_out), "connect", {}}));
  });
  begin_next(race, executor);
  co_return co_await race->finish.wait();
}

}  // namespace postern::net

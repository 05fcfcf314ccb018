#include "net/connector.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>

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

}  // namespace

std::string print(Target const& target) {
  if (auto const* tcp = std::get_if<Endpoint>(&target)) return tcp->print();
  return "unix:" + std::get<UnixPath>(target).path;
}

Task<IoResult<Socket>> connect(Target target, Duration limit) {
  auto const endpoint = endpoint_of(target);
  if (!endpoint) co_return fail(endpoint.error());
  auto const executor = co_await asio::this_coro::executor;
  auto socket = std::make_shared<Socket>(executor);
  auto expired = std::make_shared<bool>(false);
  Timer timer(executor, limit);
  timer.async_wait([socket, expired](boost::system::error_code error) {
    if (error) return;
    *expired = true;
    boost::system::error_code ignored;
    socket->close(ignored);
  });
  auto [error] = co_await socket->async_connect(*endpoint, quietly);
  timer.cancel();
  if (*expired) co_return fail(IoError{asio::error::make_error_code(asio::error::timed_out), "connect", {}});
  if (error) co_return fail(IoError{error, "connect", {}});
  co_return std::move(*socket);
}

}  // namespace postern::net

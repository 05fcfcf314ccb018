#include "net/listener.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <charconv>

#include "net/pause.hpp"
#include "net/spawn.hpp"

namespace postern::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int backlog = 4096;
constexpr std::uint16_t first_free_port = 1024;  // of those below it the system decides who may listen

asio::ip::address to_asio(IpAddress const& address) {
  auto const& bytes = address.bytes();
  if (address.is_v4())
    return asio::ip::address_v4(asio::ip::address_v4::bytes_type{bytes[12], bytes[13], bytes[14], bytes[15]});
  asio::ip::address_v6::bytes_type v6;
  std::copy(bytes.begin(), bytes.end(), v6.begin());
  return asio::ip::address_v6(v6);
}

Endpoint from_asio(tcp::endpoint const& endpoint) {
  if (endpoint.address().is_v4()) {
    auto const bytes = endpoint.address().to_v4().to_bytes();
    return {IpAddress::from_v4({bytes[0], bytes[1], bytes[2], bytes[3]}), endpoint.port()};
  }
  IpAddress::Bytes v6;
  auto const bytes = endpoint.address().to_v6().to_bytes();
  std::copy(bytes.begin(), bytes.end(), v6.begin());
  return {IpAddress::from_v6(v6), endpoint.port()};
}

template <class Acceptor>
boost::system::error_code open(Acceptor& acceptor, Endpoint at, bool share) {
  boost::system::error_code error;
  tcp::endpoint const endpoint(to_asio(at.address), at.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && share) acceptor.set_option(ReusePort(true), error);
  if (!error && !at.address.is_v4()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(backlog, error);
  return error;
}

std::string cannot_listen(Endpoint at, boost::system::error_code error) {
  std::string const what = "cannot listen on " + at.print() + ": " + error.message();
  if (error != boost::system::errc::permission_denied || at.port >= first_free_port) return what;
  return what +
         " (a port below 1024 needs CAP_NET_BIND_SERVICE: run the server by its systemd unit, or give "
         "the program `setcap cap_net_bind_service=+ep`, or take a port from 1024 on)";
}

}  // namespace

struct Listener::Acceptor {
  explicit Acceptor(EventLoop& loop) : socket(loop.context()) {}
  asio::basic_socket_acceptor<tcp, Executor> socket;
};

std::string Endpoint::print() const {
  std::string const host = address.is_v4() ? address.print() : "[" + address.print() + "]";
  return host + ":" + std::to_string(port);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  auto const address = host == "localhost" ? IpAddress::parse("127.0.0.1") : IpAddress::parse(host);
  if (!address) return std::nullopt;
  Endpoint endpoint{*address, 0};
  auto const number = text.substr(colon + 1);
  auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), endpoint.port);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  return endpoint;
}

Listener::Listener(EventLoop& loop, Take take, Log& log, Counters& counters)
    : loop_(loop),
      log_(log),
      counters_(counters),
      acceptor_(std::make_shared<Acceptor>(loop)),
      take_(std::move(take)) {}

Result<void, std::string> Listener::check_free(Endpoint at) {
  asio::io_context context;
  tcp::acceptor acceptor(context);
  if (auto const error = open(acceptor, at, false)) return fail(cannot_listen(at, error));
  return {};
}

Result<std::unique_ptr<Listener>, std::string> Listener::bind(EventLoop& loop, Endpoint at, Take take,
                                                              Log& log, Counters& counters) {
  std::unique_ptr<Listener> listener(new Listener(loop, std::move(take), log, counters));
  auto& socket = listener->acceptor_->socket;
  if (auto const error = open(socket, at, true)) return fail(cannot_listen(at, error));
  boost::system::error_code ignored;
  listener->endpoint_ = from_asio(socket.local_endpoint(ignored));
  return listener;
}

void Listener::start() { spawn(loop_, accept_all(acceptor_, take_, &log_), log_, counters_, "listener"); }

void Listener::close() {
  boost::system::error_code ignored;
  acceptor_->socket.close(ignored);
}

Task<void> Listener::accept_all(std::shared_ptr<Acceptor> acceptor, Take take, Log* log) {
  auto& listening = acceptor->socket;
  while (listening.is_open()) {
    tcp::endpoint peer;
    auto [error, socket] = co_await listening.async_accept(peer, quietly);
    if (!error) {
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      take(Socket(std::move(socket)), from_asio(peer));
    } else if (listening.is_open() && error != asio::error::connection_aborted) {
      // No descriptors, or no memory: another attempt at once would fail alike.
      log->write(LogEvent(Severity::error, "accept-failed").add("reason", "accept: " + error.message()));
      co_await pause(std::chrono::seconds(1));
    }
  }
}

}  // namespace postern::net

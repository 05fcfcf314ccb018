#include "web/http_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/http.hpp>
#include <cstring>
#include <sstream>

#include "base/client_network.hpp"
#include "net/deadlines.hpp"
#include "net/pause.hpp"
#include "net/spawn.hpp"
#include "net/stop_state.hpp"
#include "net/stream.hpp"
#include "web/connection_shares.hpp"

namespace postern::web {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Unix = asio::local::stream_protocol;
using UnixAcceptor = asio::basic_socket_acceptor<Unix, net::Executor>;

constexpr std::size_t request_limit = 16 * 1024;
constexpr std::size_t answer_piece = 16 * 1024;

class Connection : public net::Deadline {
 public:
  Connection(net::EventLoop& loop, net::Socket socket, ClientNetwork const& network)
      : Deadline(loop.deadlines()), network_(network), stream_(std::move(socket), stop_) {}

  ClientNetwork const& network() const { return network_; }
  bool waits_for_request() const { return !answering_; }
  void give_up() { stop_.stop(); }  // it ends soon, after this call

  net::Task<bool> start_tls(std::shared_ptr<net::TlsContext const> tls) {
    auto const info = co_await stream_.accept_tls(std::move(tls), received_);
    co_return info.has_value();
  }

  // Whether a whole request has come before the deadline.
  net::Task<bool> read(http::request_parser<http::string_body>* parser) {
    for (;;) {
      boost::system::error_code error;
      while (!received_.empty() && !parser->is_done()) {
        auto const used = parser->put(asio::buffer(received_), error);
        received_.erase(0, used);
        if (error || used == 0) break;
      }
      if (parser->is_done()) co_return true;
      if ((error && error != http::error::need_more) || received_.size() > 2 * request_limit) co_return false;
      auto const ready = co_await stream_.readable();
      if (!ready) co_return false;
      std::array<char, 4096> bytes{};
      auto const count = stream_.read_now(bytes);
      if (!count) co_return false;
      received_.append(bytes.data(), *count);
    }
  }

  // Whether all of it was taken, each piece within the limit.
  net::Task<bool> write(std::string bytes, Duration limit) {
    answering_ = true;
    bool taken = true;
    for (std::size_t at = 0; taken && at < bytes.size(); at += answer_piece) {
      in(limit);
      auto const written = co_await stream_.write(bytes.substr(at, answer_piece));
      taken = written.has_value();
    }
    answering_ = false;
    co_return taken;
  }

  void close() { stream_.close(); }

 private:
  void expire() override { give_up(); }

  ClientNetwork network_;
  net::StopState stop_;
  net::Stream stream_;
  std::string received_;
  bool answering_ = false;
};

ConnectionLimits limits_of_connections(HttpLimits const& limits) {
  return {.in_all = limits.connections, .of_network = limits.of_network, .of_this_host = limits.of_this_host};
}

IpAddress own_address(net::Socket const& socket) {
  boost::system::error_code error;
  auto const endpoint = socket.local_endpoint(error);
  IpAddress::Bytes v6{};
  std::array<std::uint8_t, 4> v4{};
  if (error) return {};
  if (endpoint.data()->sa_family == AF_INET) {
    sockaddr_in at{};
    std::memcpy(&at, endpoint.data(), std::min(endpoint.size(), sizeof at));
    std::memcpy(v4.data(), &at.sin_addr, v4.size());
    return IpAddress::from_v4(v4);
  }
  if (endpoint.data()->sa_family != AF_INET6) return {};
  sockaddr_in6 at{};
  std::memcpy(&at, endpoint.data(), std::min(endpoint.size(), sizeof at));
  std::memcpy(v6.data(), &at.sin6_addr, v6.size());
  return IpAddress::from_v6(v6);
}

ClientNetwork network_of(net::Socket const& socket, IpAddress const& peer) {
  return peer.is_loopback() || peer == own_address(socket) ? ClientNetwork() : ClientNetwork(peer);
}

HttpRequest to_request(http::request<http::string_body> const& request) {
  auto const view = [](auto const& text) { return std::string_view(text.data(), text.size()); };
  auto const host = view(request[http::field::host]);
  return {view(request.method_string()), view(request.target()), host.substr(0, host.find(':'))};
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(net::EventLoop& loop, HttpHandler handler, Log& log, Counters& counters, HttpLimits limits)
      : loop_(loop),
        handler_(std::move(handler)),
        log_(log),
        counters_(counters),
        limits_(limits),
        open_(limits_of_connections(limits)) {}

  void take(net::Socket socket, ClientNetwork const& network) {
    auto connection = std::make_shared<Connection>(loop_, std::move(socket), network);
    open_.enter(connection);
    auto const self = shared_from_this();
    net::spawn(loop_, serve(self, connection), log_, counters_, "http-connection",
               [self, connection] { self->open_.leave(connection); });
  }

  void start_unix() { net::spawn(loop_, accept_unix(shared_from_this()), log_, counters_, "http-listener"); }

  static net::Task<void> serve(std::shared_ptr<Impl> self, std::shared_ptr<Connection> connection) {
    bool open = true;
    connection->in(self->limits_.first_request);
    if (self->tls_) open = co_await connection->start_tls(self->tls_());
    while (open) {
      http::request_parser<http::string_body> parser;
      parser.eager(true);
      parser.header_limit(request_limit);
      parser.body_limit(request_limit);
      bool const came = co_await connection->read(&parser);
      if (!came) break;
      auto answer = self->handler_(to_request(parser.get()));
      http::response<http::string_body> response(static_cast<http::status>(answer.status),
                                                 parser.get().version());
      response.set(http::field::content_type, answer.content_type);
      response.set(http::field::cache_control, "no-store");
      response.body() = std::move(answer.body);
      response.prepare_payload();
      bool const keep = parser.get().keep_alive();
      response.keep_alive(keep);
      std::ostringstream printed;
      printed << response;
      bool const sent = co_await connection->write(printed.str(), self->limits_.answer);
      connection->in(self->limits_.idle);
      open = sent && keep;
    }
    connection->close();
  }

  static net::Task<void> accept_unix(std::shared_ptr<Impl> self) {
    while (self->unix_->is_open()) {
      auto [error, socket] = co_await self->unix_->async_accept(net::quietly);
      if (!error) {
        self->take(net::Socket(std::move(socket)), ClientNetwork());
      } else if (self->unix_->is_open()) {
        self->log_.write(
            LogEvent(Severity::error, "accept-failed").add("reason", "accept: " + error.message()));
        co_await net::pause(std::chrono::seconds(1));
      }
    }
  }

  net::EventLoop& loop_;
  HttpHandler handler_;
  Log& log_;
  Counters& counters_;
  CurrentTls tls_;
  std::unique_ptr<net::Listener> tcp_;
  std::unique_ptr<UnixAcceptor> unix_;
  std::string unix_path_;
  HttpLimits limits_;
  ConnectionShares<Connection> open_;
};

HttpServer::HttpServer(net::EventLoop& loop, HttpHandler handler, Log& log, Counters& counters,
                       HttpLimits limits)
    : impl_(std::make_shared<Impl>(loop, std::move(handler), log, counters, limits)) {}

HttpServer::~HttpServer() {
  if (!impl_->unix_path_.empty()) ::unlink(impl_->unix_path_.c_str());
}

Result<net::Endpoint, std::string> HttpServer::listen(net::Endpoint at) { return bind(at); }

Result<net::Endpoint, std::string> HttpServer::listen_tls(net::Endpoint at, CurrentTls tls) {
  impl_->tls_ = std::move(tls);
  return bind(at);
}

Result<net::Endpoint, std::string> HttpServer::bind(net::Endpoint at) {
  if (at.port != 0)
    if (auto const free = net::Listener::check_free(at); !free) return fail(free.error());
  auto listener = net::Listener::bind(
      impl_->loop_, at,
      [impl = impl_.get()](net::Socket socket, net::Endpoint peer) {
        auto const network = network_of(socket, peer.address);
        impl->take(std::move(socket), network);
      },
      impl_->log_, impl_->counters_);
  if (!listener) return fail(listener.error());
  impl_->tcp_ = std::move(*listener);
  return impl_->tcp_->endpoint();
}

Result<void, std::string> HttpServer::listen_unix(std::string const& path) {
  impl_->limits_.of_this_host = impl_->limits_.connections;
  impl_->open_ = ConnectionShares<Connection>(limits_of_connections(impl_->limits_));
  if (path.size() > 107) return fail("the control socket's path is too long for a Unix socket: " + path);
  ::unlink(path.c_str());
  impl_->unix_ = std::make_unique<UnixAcceptor>(impl_->loop_.context());
  boost::system::error_code error;
  mode_t const before = ::umask(0177);
  impl_->unix_->open(Unix(), error);
  if (!error) impl_->unix_->bind(Unix::endpoint(path), error);
  ::umask(before);
  if (!error) impl_->unix_->listen(64, error);
  if (error) return fail("cannot listen on " + path + ": " + error.message());
  impl_->unix_path_ = path;
  return {};
}

void HttpServer::start() {
  if (impl_->tcp_) impl_->tcp_->start();
  if (impl_->unix_) impl_->start_unix();
}

void HttpServer::close() {
  if (impl_->tcp_) impl_->tcp_->close();
  boost::system::error_code ignored;
  if (impl_->unix_) impl_->unix_->close(ignored);
}

}  // namespace postern::web

#include "web/http_server.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <vector>

namespace postern::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Unix = asio::local::stream_protocol;
using UnixAcceptor = asio::basic_socket_acceptor<Unix, net::Executor>;
using HttpStream = beast::basic_stream<asio::generic::stream_protocol, net::Executor>;

constexpr std::size_t connection_limit = 100;
constexpr std::size_t request_limit = 16 * 1024;
constexpr std::chrono::seconds idle_limit{30};

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(net::EventLoop& loop, HttpHandler handler) : loop_(loop), handler_(std::move(handler)) {}

  void take(net::Socket socket) {
    if (open_ >= connection_limit) return;
    ++open_;
    asio::co_spawn(loop_.context(), serve(shared_from_this(), HttpStream(std::move(socket))), asio::detached);
  }

  static net::Task<void> serve(std::shared_ptr<Impl> self, HttpStream stream) {
    beast::flat_buffer buffer;
    for (bool keep = true; keep;) {
      stream.expires_after(idle_limit);
      http::request_parser<http::string_body> parser;
      parser.header_limit(request_limit);
      parser.body_limit(request_limit);
      auto [failed, received] = co_await http::async_read(stream, buffer, parser, net::quietly);
      if (failed) break;
      auto const& request = parser.get();
      auto const method = request.method_string();
      auto const target = request.target();
      auto answer = self->handler_({method.data(), method.size()}, {target.data(), target.size()});
      http::response<http::string_body> response(static_cast<http::status>(answer.status), request.version());
      response.set(http::field::content_type, answer.content_type);
      response.set(http::field::cache_control, "no-store");
      response.body() = std::move(answer.body);
      response.prepare_payload();
      keep = request.keep_alive();
      response.keep_alive(keep);
      auto [unsent, sent] = co_await http::async_write(stream, response, net::quietly);
      if (unsent) break;
    }
    --self->open_;
  }

  static net::Task<void> accept_unix(std::shared_ptr<Impl> self) {
    while (self->unix_->is_open()) {
      auto [error, socket] = co_await self->unix_->async_accept(net::quietly);
      if (!error) self->take(net::Socket(std::move(socket)));
    }
  }

  net::EventLoop& loop_;
  HttpHandler handler_;
  std::unique_ptr<net::Listener> tcp_;
  std::unique_ptr<UnixAcceptor> unix_;
  std::string unix_path_;
  std::size_t open_ = 0;
};

HttpServer::HttpServer(net::EventLoop& loop, HttpHandler handler)
    : impl_(std::make_shared<Impl>(loop, std::move(handler))) {}

HttpServer::~HttpServer() {
  if (!impl_->unix_path_.empty()) ::unlink(impl_->unix_path_.c_str());
}

Result<net::Endpoint, std::string> HttpServer::listen(net::Endpoint at) {
  if (at.port != 0)
    if (auto const free = net::Listener::check_free(at); !free) return fail(free.error());
  auto listener = net::Listener::bind(
      impl_->loop_, at,
      [impl = impl_.get()](net::Socket socket, net::Endpoint) { impl->take(std::move(socket)); },
      [](std::string const&) {});
  if (!listener) return fail(listener.error());
  impl_->tcp_ = std::move(*listener);
  return impl_->tcp_->endpoint();
}

Result<void, std::string> HttpServer::listen_unix(std::string const& path) {
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
  if (impl_->unix_) asio::co_spawn(impl_->loop_.context(), Impl::accept_unix(impl_), asio::detached);
}

void HttpServer::close() {
  if (impl_->tcp_) impl_->tcp_->close();
  boost::system::error_code ignored;
  if (impl_->unix_) impl_->unix_->close(ignored);
}

}  // namespace postern::web

// A small HTTP/1.1 server on Boost.Beast's parser, over TCP, TLS or a Unix socket: takes a request, gives the
// answer its owner computes. Thread: its event loop. Bounds: HttpLimits, requests of 16 KiB. Where there is
// no room for one more connection, another is closed (connection_shares.hpp): silent or slow connections, and
// those that do not read their answers, never keep others out.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/counters.hpp"
#include "base/instant.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "net/event_loop.hpp"
#include "net/listener.hpp"
#include "net/tls_context.hpp"

namespace postern::web {

struct HttpAnswer {
  int status = 200;
  std::string content_type;
  std::string body;
};

struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view host;  // without a port
};

using HttpHandler = std::function<HttpAnswer(HttpRequest const&)>;
using CurrentTls = std::function<std::shared_ptr<net::TlsContext const>()>;  // a reload may bring another

struct HttpLimits {
  std::size_t connections = 100;
  std::size_t of_network = 20;                        // of them
  std::size_t of_this_host = 50;                      // of them; over a Unix socket, it has all
  Duration first_request = std::chrono::seconds(10);  // TLS handshake included
  Duration idle = std::chrono::seconds(30);           // for each later one
  Duration answer = std::chrono::seconds(10);         // for each 16 KiB of an answer to be taken
};

class HttpServer {
 public:
  HttpServer(net::EventLoop& loop, HttpHandler handler, Log& log, Counters& counters, HttpLimits limits = {});
  ~HttpServer();

  Result<net::Endpoint, std::string> listen(net::Endpoint at);
  Result<net::Endpoint, std::string> listen_tls(net::Endpoint at, CurrentTls tls);
  Result<void, std::string> listen_unix(std::string const& path);  // 0600; replaces a stale socket
  void start();
  void close();  // on the loop

 private:
  class Impl;
  Result<net::Endpoint, std::string> bind(net::Endpoint at);
  std::shared_ptr<Impl> impl_;
};

}  // namespace postern::web

// A small HTTP/1.1 server on Boost.Beast, over TCP or a Unix socket: takes a request, gives the answer its
// owner computes. Of one loop. Bounds: 100 connections, requests of 16 KiB, 30 s without one.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/event_loop.hpp"
#include "net/listener.hpp"

namespace postern::web {

struct HttpAnswer {
  int status = 200;
  std::string content_type;
  std::string body;
};

using HttpHandler = std::function<HttpAnswer(std::string_view method, std::string_view target)>;

class HttpServer {
 public:
  HttpServer(net::EventLoop& loop, HttpHandler handler);
  ~HttpServer();

  Result<net::Endpoint, std::string> listen(net::Endpoint at);
  Result<void, std::string> listen_unix(std::string const& path);  // 0600; replaces a stale socket
  void start();
  void close();  // on the loop

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace postern::web

// The event loops of the server: those of connections, one for deliveries, one for HTTP.
#pragma once

#include <memory>
#include <vector>

#include "net/event_loop.hpp"

namespace postern::app {

class Loops {
 public:
  explicit Loops(int threads);  // for connections; 0: one per core

  void start();
  void stop();  // all stand still when it returns; what waits is abandoned

  std::vector<net::EventLoop*> connections() const;
  net::EventLoop& delivery() { return delivery_; }
  net::EventLoop& web() { return web_; }

 private:
  std::vector<std::unique_ptr<net::EventLoop>> connections_;
  net::EventLoop delivery_{"delivery"};
  net::EventLoop web_{"web"};
};

}  // namespace postern::app

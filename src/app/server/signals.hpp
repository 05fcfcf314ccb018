// The signals that a server is told by: SIGHUP to read its configuration again, SIGTERM and SIGINT to stop.
// One that comes before listen() waits. Thread: the one that runs `main`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <functional>

namespace postern::app {

class Signals {
 public:
  explicit Signals(boost::asio::io_context& main) : signals_(main, SIGTERM, SIGINT, SIGHUP) {}

  void listen(std::function<void()> on_reload, std::function<void()> on_stop);

 private:
  void wait();

  boost::asio::signal_set signals_;
  std::function<void()> on_reload_;
  std::function<void()> on_stop_;
};

}  // namespace postern::app

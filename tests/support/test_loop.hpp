// An event loop that the test runs itself, and coroutines on it. Nothing sleeps: settle() runs what is ready,
// run_until() waits for other threads to answer.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "net/event_loop.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"
#include "support/workplace.hpp"

namespace postern::tests {

class TestLoop {
 public:
  void spawn(net::Task<void> task, bool* ended = nullptr) {
    net::spawn(loop, std::move(task), log, counters, "test", [ended] {
      if (ended != nullptr) *ended = true;
    });
  }
  void settle() { loop.context().poll(); }
  template <class Condition>
  void run_until(Condition condition) {
    while (!condition()) loop.context().run_one();
  }

  KeptLog log;
  Counters counters;
  net::EventLoop loop{"test"};
};

// Two connected sockets: `near` for the code under test, `far` for the test, which does not block.
class SocketPair {
 public:
  explicit SocketPair(net::EventLoop& loop) : near(loop.context()) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) return;
    near.assign(boost::asio::local::stream_protocol(), ends[0]);
    far_ = ends[1];
  }
  ~SocketPair() { hang_up(); }
  SocketPair(SocketPair const&) = delete;
  SocketPair& operator=(SocketPair const&) = delete;

  void say(std::string_view bytes) {
    static_cast<void>(::send(far_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  std::string hear() {  // what is there now
    std::string all;
    char bytes[4096];
    for (ssize_t count = 0; (count = ::recv(far_, bytes, sizeof bytes, 0)) > 0;)
      all.append(bytes, static_cast<std::size_t>(count));
    return all;
  }
  bool closed() {  // by the near side, and nothing more is to be heard
    char byte = 0;
    return ::recv(far_, &byte, 1, MSG_PEEK) == 0;
  }
  void hang_up() {
    if (far_ >= 0) ::close(far_);
    far_ = -1;
  }

  net::Socket near;

 private:
  int far_ = -1;
};

}  // namespace postern::tests

// A listening socket on each loop, sharing one address (SO_REUSEPORT), that hands accepted connections to its
// owner.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/counters.hpp"
#include "base/ip_address.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "net/event_loop.hpp"
#include "net/stream.hpp"

namespace postern::net {

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  std::string print() const;  // "192.0.2.1:25", "[2001:db8::1]:25"
  static std::optional<Endpoint> parse(std::string_view text);
};

class Listener {
 public:
  using Take = std::function<void(Socket socket, Endpoint peer)>;  // called on the loop

  // Binds. The error is for people. With `port` 0 the system picks one: endpoint() tells. When accepting
  // fails, that is logged as `accept-failed`, at most once per second.
  static Result<std::unique_ptr<Listener>, std::string> bind(EventLoop& loop, Endpoint at, Take take,
                                                             Log& log, Counters& counters);

  // Says whether somebody else listens there already: SO_REUSEPORT alone would share the port without a word.
  static Result<void, std::string> check_free(Endpoint at);

  Endpoint endpoint() const { return endpoint_; }
  void start();
  void close();  // on the loop

 private:
  struct Acceptor;
  Listener(EventLoop& loop, Take take, Log& log, Counters& counters);
  static Task<void> accept_all(std::shared_ptr<Acceptor> acceptor, Take take, Log* log);

  EventLoop& loop_;
  Log& log_;
  Counters& counters_;
  std::shared_ptr<Acceptor> acceptor_;
  Take take_;
  Endpoint endpoint_;
};

}  // namespace postern::net

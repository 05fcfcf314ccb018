// A listening socket on each loop, sharing one address (SO_REUSEPORT), that hands accepted connections to its
// owner.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"
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
  using Trouble = std::function<void(std::string const& what)>;    // accept failed; at most once a second

  // Binds. The error is for people. With `port` 0 the system picks one: endpoint() tells.
  static Result<std::unique_ptr<Listener>, std::string> bind(EventLoop& loop, Endpoint at, Take take,
                                                             Trouble trouble);

  // Says whether somebody else listens there already: SO_REUSEPORT alone would share the port without a word.
  static Result<void, std::string> check_free(Endpoint at);

  Endpoint endpoint() const { return endpoint_; }
  void start();
  void close();  // on the loop

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
  Listener(EventLoop& loop, Take take, Trouble trouble);
  static Task<void> accept_all(std::shared_ptr<Acceptor> acceptor, Take take, Trouble trouble);

  EventLoop& loop_;
  std::shared_ptr<Acceptor> acceptor_;
  Take take_;
  Trouble trouble_;
  Endpoint endpoint_;
};

}  // namespace postern::net

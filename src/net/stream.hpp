// A connection that is plain until it is upgraded: OpenSSL works on the descriptor, Asio only waits for
// readiness. Thread: its event loop. Memory: no buffer of its own; OpenSSL's are released while idle. Every
// wait ends with an error when end_waits() or close() is called, or when the token it was made with is
// stopped. Once that is stopped, or the stream closed, every wait fails at once.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/certificate.hpp"
#include "net/io_error.hpp"
#include "net/stop_state.hpp"
#include "net/task.hpp"
#include "net/tls_context.hpp"

namespace postern::net {

using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

class Stream : private StopWait {
 public:
  explicit Stream(Socket socket, StopToken stop = {});

  Task<IoResult<void>> readable();  // waits until a read would give something, an end or an error
  // What is there now; 0 bytes: nothing yet. The end of the stream is the error asio::error::eof.
  IoResult<std::size_t> read_now(std::span<char> into);
  // The same without taking it: it is there for the next read, or for the handshake. In the clear only.
  IoResult<std::size_t> peek_now(std::span<char> into);
  // Writes what goes at once, and returns how much that was.
  IoResult<std::size_t> write_now(std::string_view bytes);
  Task<IoResult<void>> write(std::string bytes);  // all of it

  // A TLS handshake, as the server with a context, or as a client with a session made by its caller (bound to
  // this stream's descriptor). After a failure the connection is of no more use.
  // `unread`: what the caller has read in the clear and not yet used. It must be empty, once and for every
  // way from clear to TLS: what somebody has put ahead of the handshake would pass for what the peer says
  // under TLS (RFC 3207 section 4.2).
  Task<IoResult<TlsInfo>> accept_tls(std::shared_ptr<TlsContext const> context, std::string_view unread);
  Task<IoResult<TlsInfo>> connect_tls(OpensslPtr<SSL> session, std::string_view unread);

  bool over_tls() const { return tls_ != nullptr; }
  SSL* tls() const { return tls_.get(); }
  int descriptor() { return socket_.native_handle(); }
  void close();      // at once; TLS is told, best effort
  void end_waits();  // those that are under way, as a passed deadline does; others may begin

 private:
  Task<IoResult<TlsInfo>> shake_hands(OpensslPtr<SSL> session, std::string_view unread);
  IoError tls_error(std::string_view doing, int result);
  Task<IoResult<void>> wait_for(Socket::wait_type what, std::string_view doing);
  void on_stop() override { end_waits(); }

  Socket socket_;
  StopToken stop_;
  OpensslPtr<SSL> tls_;
  std::shared_ptr<TlsContext const> context_;  // kept alive while in use
  bool write_wants_read_ = false;
};

}  // namespace postern::net

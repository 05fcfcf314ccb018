#include "net/stream.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <cerrno>

#include "base/assert.hpp"

namespace postern::net {
namespace {

namespace asio = boost::asio;

IoError system_error(std::string_view doing, int number) {
  return {{number, boost::system::system_category()}, doing, {}};
}

bool would_block(int number) { return number == EAGAIN || number == EWOULDBLOCK || number == EINTR; }

IoError end_of_stream(std::string_view doing) {
  return {asio::error::make_error_code(asio::error::eof), doing, {}};
}

IoError stopped(std::string_view doing) {
  return {asio::error::make_error_code(asio::error::operation_aborted), doing, "we are shutting down"};
}

IoResult<std::size_t> receive(int descriptor, std::span<char> into, int flags) {
  auto const count = ::recv(descriptor, into.data(), into.size(), flags | MSG_DONTWAIT);
  if (count > 0) return static_cast<std::size_t>(count);
  if (count == 0) return fail(end_of_stream("read"));
  if (would_block(errno)) return std::size_t{0};
  return fail(system_error("read", errno));
}

// The alert that the peer has sent, if that is the last of OpenSSL's errors: its reason is then the number of
// the alert behind a fixed offset.
std::optional<std::uint8_t> alert_received() {
  unsigned long const code = ::ERR_peek_last_error();
  int const alert = ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET;
  if (ERR_GET_LIB(code) != ERR_LIB_SSL || alert < 0 || alert > 255) return std::nullopt;
  return static_cast<std::uint8_t>(alert);
}

}  // namespace

Stream::Stream(Socket socket, StopToken stop) : socket_(std::move(socket)), stop_(stop) {
  watch(stop);
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
}

Task<IoResult<void>> Stream::wait_for(Socket::wait_type what, std::string_view doing) {
  if (stop_.stopped()) co_return fail(stopped(doing));
  auto [error] = co_await socket_.async_wait(what, quietly);
  if (error) co_return fail(IoError{error, doing, {}});
  if (stop_.stopped()) co_return fail(stopped(doing));
  co_return IoResult<void>{};
}

Task<IoResult<void>> Stream::readable() {
  if (tls_ && !stop_.stopped() && ::SSL_pending(tls_.get()) > 0) co_return IoResult<void>{};
  if (stop_.stopped()) co_return fail(stopped("read"));
  auto [error] = co_await socket_.async_wait(Socket::wait_read, quietly);  // in one frame: reads are many
  if (error) co_return fail(IoError{error, "read", {}});
  if (stop_.stopped()) co_return fail(stopped("read"));
  co_return IoResult<void>{};
}

IoResult<std::size_t> Stream::read_now(std::span<char> into) {
  if (!tls_) return receive(socket_.native_handle(), into, 0);
  std::size_t total = 0;
  while (total < into.size()) {
    std::size_t count = 0;
    ::ERR_clear_error();
    int const result = ::SSL_read_ex(tls_.get(), into.data() + total, into.size() - total, &count);
    if (result == 1) {
      total += count;
      if (::SSL_pending(tls_.get()) > 0) continue;
      break;
    }
    int const reason = ::SSL_get_error(tls_.get(), result);
    if (total > 0 || reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) break;
    if (reason == SSL_ERROR_ZERO_RETURN) return fail(end_of_stream("read"));
    return fail(tls_error("read", result));
  }
  return total;
}

IoResult<std::size_t> Stream::peek_now(std::span<char> into) {
  POSTERN_ASSERT(!tls_);
  return receive(socket_.native_handle(), into, MSG_PEEK);
}

IoResult<std::size_t> Stream::write_now(std::string_view bytes) {
  std::size_t total = 0;
  while (total < bytes.size()) {
    auto const left = bytes.substr(total);
    if (!tls_) {
      auto const count =
          ::send(socket_.native_handle(), left.data(), left.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0 && would_block(errno)) break;
      if (count < 0) return fail(system_error("write", errno));
      total += static_cast<std::size_t>(count);
      continue;
    }
    std::size_t count = 0;
    ::ERR_clear_error();
    int const result = ::SSL_write_ex(tls_.get(), left.data(), left.size(), &count);
    if (result == 1) {
      total += count;
      continue;
    }
    int const reason = ::SSL_get_error(tls_.get(), result);
    write_wants_read_ = reason == SSL_ERROR_WANT_READ;
    if (reason == SSL_ERROR_WANT_WRITE || write_wants_read_) break;
    return fail(tls_error("write", result));
  }
  return total;
}

Task<IoResult<void>> Stream::write(std::string bytes) {
  std::string_view left = bytes;
  for (;;) {
    auto const written = write_now(left);
    if (!written) co_return fail(written.error());
    left.remove_prefix(*written);
    if (left.empty()) co_return IoResult<void>{};
    auto const what = write_wants_read_ ? Socket::wait_read : Socket::wait_write;
    auto const ready = co_await wait_for(what, "write");
    if (!ready) co_return fail(ready.error());
  }
}

Task<IoResult<TlsInfo>> Stream::accept_tls(std::shared_ptr<TlsContext const> context,
                                           std::string_view unread) {
  context_ = std::move(context);
  auto session = context_->new_session(socket_.native_handle());
  if (!session) co_return fail(IoError{{}, "TLS", last_openssl_error()});
  co_return co_await shake_hands(std::move(session), unread);
}

Task<IoResult<TlsInfo>> Stream::connect_tls(OpensslPtr<SSL> session, std::string_view unread) {
  co_return co_await shake_hands(std::move(session), unread);
}

// From clear to TLS: there is no other way.
Task<IoResult<TlsInfo>> Stream::shake_hands(OpensslPtr<SSL> session, std::string_view unread) {
  POSTERN_ASSERT(!tls_ && unread.empty());
  tls_ = std::move(session);
  for (;;) {
    ::ERR_clear_error();
    int const result = ::SSL_do_handshake(tls_.get());
    if (result == 1) co_return describe(tls_.get());
    int const reason = ::SSL_get_error(tls_.get(), result);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
      co_return fail(tls_error("TLS handshake", result));
    auto const what = reason == SSL_ERROR_WANT_READ ? Socket::wait_read : Socket::wait_write;
    auto const ready = co_await wait_for(what, "TLS handshake");
    if (!ready) co_return fail(ready.error());
  }
}

IoError Stream::tls_error(std::string_view doing, int result) {
  int const number = errno;
  int const reason = ::SSL_get_error(tls_.get(), result);
  ::SSL_set_quiet_shutdown(tls_.get(), 1);  // nothing more may be said after a fatal error
  if (reason == SSL_ERROR_SYSCALL && ::ERR_peek_error() == 0)
    return number == 0 ? IoError{asio::error::make_error_code(asio::error::eof), doing, "the peer hung up"}
                       : system_error(doing, number);
  if (reason == SSL_ERROR_ZERO_RETURN || ::ERR_peek_error() == 0)
    return {asio::error::make_error_code(asio::error::eof), doing, "the peer hung up"};
  auto const alert = alert_received();
  return {asio::error::make_error_code(asio::error::connection_aborted), doing, last_openssl_error(), alert};
}

void Stream::close() {
  if (!socket_.is_open()) return;
  if (tls_ && ::SSL_is_init_finished(tls_.get()) == 1) {
    ::ERR_clear_error();
    ::SSL_shutdown(tls_.get());
  }
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Stream::end_waits() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

}  // namespace postern::net

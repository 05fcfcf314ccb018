#include "session/load_client.hpp"

namespace postern::session {
namespace {

constexpr Duration connect_limit = std::chrono::seconds(60);

}  // namespace

net::Task<bool> LoadClient::connect() {
  begun_ = std::chrono::steady_clock::now();
  auto socket = co_await net::connect(plan_.target, connect_limit);
  if (!socket) co_return note(socket.error().print()), false;
  stream_ = std::make_unique<net::Stream>(std::move(*socket));
  if (auto const code = co_await read_reply(); code != 220)
    co_return note("greeting " + std::to_string(code)), false;
  if (auto const code = co_await exchange("EHLO load.localhost\r\n"); code != 250)
    co_return note("EHLO " + std::to_string(code)), false;
  if (plan_.tls != nullptr && !co_await start_tls()) co_return false;
  co_return true;
}

net::Task<bool> LoadClient::start_tls() {
  if (auto const code = co_await exchange("STARTTLS\r\n"); code != 220)
    co_return note("STARTTLS " + std::to_string(code)), false;
  net::OpensslPtr<SSL> ssl(::SSL_new(plan_.tls));
  ::SSL_set_fd(ssl.get(), stream_->descriptor());
  ::SSL_set_connect_state(ssl.get());
  if (plan_.resume && ticket_) ::SSL_set_session(ssl.get(), ticket_.get());
  auto const info = co_await stream_->connect_tls(std::move(ssl));
  if (!info) co_return note(info.error().print()), false;
  ++result_.handshakes;
  if (info->resumed) ++result_.resumed;
  if (auto const code = co_await exchange("EHLO load.localhost\r\n"); code != 250)
    co_return note("EHLO " + std::to_string(code)), false;
  if (plan_.resume && !ticket_)
    ticket_.reset(::SSL_get1_session(stream_->tls()));  // came with the answer to EHLO
  co_return true;
}

net::Task<void> LoadClient::send(std::size_t messages) {
  for (std::size_t i = 0; i < messages; ++i) {
    if (i > 0) begun_ = std::chrono::steady_clock::now();
    if (!co_await send_one()) {
      result_.failed += messages - i;
      co_return;
    }
    auto const took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_);
    result_.micros.push_back(static_cast<std::uint32_t>(took.count()));
  }
  co_await exchange("QUIT\r\n");
  stream_->close();
}

net::Task<bool> LoadClient::send_one() {
  std::uint16_t code = 0;
  if (plan_.pipelining) {
    if ((co_await stream_->write(plan_.envelope)).has_value())
      for (int i = 0; i < 3; ++i) {
        code = co_await read_reply();
        if (code != 250 && code != 354) break;
      }
  } else {
    for (std::size_t at = 0; at < plan_.envelope.size();) {
      auto const end = plan_.envelope.find('\n', at) + 1;
      code = co_await exchange(plan_.envelope.substr(at, end - at));
      if (code != 250 && code != 354) break;
      at = end;
    }
  }
  if (code != 354) co_return note("DATA " + std::to_string(code)), false;
  code = co_await exchange(plan_.content);
  if (code != 250) co_return note("end of data " + std::to_string(code)), false;
  co_return true;
}

net::Task<std::uint16_t> LoadClient::exchange(std::string bytes) {
  if (!(co_await stream_->write(std::move(bytes))).has_value()) co_return 0;
  co_return co_await read_reply();
}

net::Task<std::uint16_t> LoadClient::read_reply() {
  for (;;) {
    while (auto const line = lines_.next()) {
      auto reply = replies_.on_line(line->text);
      if (!reply) co_return 0;
      if (*reply) co_return (*reply)->code;
    }
    lines_.release();
    if (!(co_await stream_->readable()).has_value()) co_return 0;
    auto const count = stream_->read_now(lines_.room());
    if (!count) co_return 0;
    lines_.filled(*count);
  }
}

void LoadClient::note(std::string problem) {
  if (result_.first_problem.empty()) result_.first_problem = std::move(problem);
}

}  // namespace postern::session

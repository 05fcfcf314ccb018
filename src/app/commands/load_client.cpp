#include "app/commands/load_client.hpp"

namespace postern::app {
namespace {

constexpr Duration connect_limit = std::chrono::seconds(60);
constexpr std::array<char const*, 3> envelope_steps{"MAIL", "RCPT", "DATA"};

}  // namespace

net::Task<bool> LoadClient::connect() {
  begun_ = std::chrono::steady_clock::now();
  auto socket = co_await net::connect(plan_.target, connect_limit);
  if (!socket) {
    note(socket.error().print());
    co_return false;
  }
  stream_ = std::make_unique<net::Stream>(std::move(*socket));
  auto const greeting = co_await read_reply();
  if (!expect("the greeting", greeting, 220)) co_return false;
  bool const greeted = co_await say_hello();
  if (!greeted || plan_.tls == nullptr) co_return greeted;
  co_return co_await start_tls();
}

net::Task<bool> LoadClient::say_hello() {
  std::string hello = "EHLO load.localhost\r\n";
  auto const code = co_await exchange(std::move(hello));
  co_return expect("EHLO", code, 250);
}

net::Task<bool> LoadClient::start_tls() {
  std::string command = "STARTTLS\r\n";
  auto const code = co_await exchange(std::move(command));
  if (!expect("STARTTLS", code, 220)) co_return false;
  net::OpensslPtr<SSL> ssl(::SSL_new(plan_.tls));
  ::SSL_set_fd(ssl.get(), stream_->descriptor());
  ::SSL_set_connect_state(ssl.get());
  if (plan_.resume && ticket_) ::SSL_set_session(ssl.get(), ticket_.get());
  auto const info = co_await stream_->connect_tls(std::move(ssl), lines_.rest());
  if (!info) {
    note(info.error().print());
    co_return false;
  }
  ++result_.handshakes;
  if (info->resumed) ++result_.resumed;
  bool const greeted = co_await say_hello();
  if (plan_.resume && !ticket_)
    ticket_.reset(::SSL_get1_session(stream_->tls()));  // came with the answer to EHLO
  co_return greeted;
}

net::Task<void> LoadClient::send(std::size_t messages) {
  for (std::size_t i = 0; i < messages; ++i) {
    if (i > 0) begun_ = std::chrono::steady_clock::now();
    bool const taken = co_await send_one();
    if (!taken) {
      result_.failed += messages - i;
      co_return;
    }
    auto const took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_);
    result_.micros.push_back(static_cast<std::uint32_t>(took.count()));
  }
  std::string quit = "QUIT\r\n";
  co_await exchange(std::move(quit));
  stream_->close();
}

net::Task<bool> LoadClient::send_one() {
  if (plan_.pipelining) {
    std::string all = plan_.envelope[0] + plan_.envelope[1] + plan_.envelope[2];
    auto const written = co_await stream_->write(std::move(all));
    if (!written) {
      note("MAIL could not be sent");
      co_return false;
    }
  }
  for (std::size_t i = 0; i < plan_.envelope.size(); ++i) {
    std::uint16_t code = 0;
    if (plan_.pipelining) {
      code = co_await read_reply();
    } else {
      std::string command = plan_.envelope[i];
      code = co_await exchange(std::move(command));
    }
    if (!expect(envelope_steps[i], code, i == 2 ? 354 : 250)) co_return false;
  }
  std::string content = plan_.content;
  auto const code = co_await exchange(std::move(content));
  co_return expect("the end of data", code, 250);
}

net::Task<std::uint16_t> LoadClient::exchange(std::string bytes) {
  auto const written = co_await stream_->write(std::move(bytes));
  if (!written) co_return std::uint16_t{0};
  co_return co_await read_reply();
}

net::Task<std::uint16_t> LoadClient::read_reply() {
  for (;;) {
    while (auto const line = lines_.next()) {
      auto reply = replies_.on_line(line->text);
      if (!reply) co_return std::uint16_t{0};
      if (*reply) co_return (*reply)->code;
    }
    lines_.release();
    auto const ready = co_await stream_->readable();
    if (!ready) co_return std::uint16_t{0};
    auto const count = stream_->read_now(lines_.room());
    if (!count) co_return std::uint16_t{0};
    lines_.filled(*count);
  }
}

bool LoadClient::expect(std::string const& step, std::uint16_t got, std::uint16_t wanted) {
  if (got != wanted) note(step + " was answered with " + (got == 0 ? "nothing" : std::to_string(got)));
  return got == wanted;
}

void LoadClient::note(std::string problem) {
  if (result_.first_problem.empty()) result_.first_problem = std::move(problem);
}

}  // namespace postern::app

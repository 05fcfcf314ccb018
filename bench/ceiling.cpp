// The ceiling: a server on the same Asio and OpenSSL that only answers, and keeps nothing. What it reaches is
// what the libraries and the kernel allow; the distance to it is Postern's own cost. Understands EHLO,
// STARTTLS, DATA, QUIT, and says 250 to all else.
//   ceiling PORT CERTIFICATE KEY
#include <sys/resource.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/counters.hpp"
#include "base/log.hpp"
#include "net/listener.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"
#include "net/tls_context.hpp"
#include "net/wall_clock.hpp"
#include "wire/line_splitter.hpp"

namespace {

using namespace postern;

class Answerer {
 public:
  Answerer(net::Socket socket, std::shared_ptr<net::TlsContext const> tls)
      : stream_(std::move(socket)), tls_(std::move(tls)) {}

  net::Task<void> run() {
    out_ = "220 ceiling\r\n";
    for (bool open = true; open;) {
      if (lines_.empty() || (in_data_ ? !skip_content() : !has_line())) {
        auto const flushed = co_await flush();
        if (!flushed) co_return;
        lines_.release();
        auto const ready = co_await stream_.readable();
        if (!ready) co_return;
        auto const count = stream_.read_now(lines_.room());
        if (!count) co_return;
        lines_.filled(*count);
        continue;
      }
      if (in_data_) continue;
      auto const line = lines_.next();
      if (!line) continue;
      open = answer(line->text);
      if (!starts_tls_) continue;
      starts_tls_ = false;
      auto const flushed = co_await flush();
      if (!flushed) co_return;
      auto const info = co_await stream_.accept_tls(tls_, lines_.rest());
      if (!info) co_return;
    }
    co_await flush();
    stream_.close();
  }

 private:
  bool answer(std::string_view line) {
    auto const verb = line.substr(0, 4);
    if (verb == "EHLO") {
      out_ += stream_.over_tls() ? "250-ceiling\r\n250 PIPELINING\r\n"
                                 : "250-ceiling\r\n250-STARTTLS\r\n250 PIPELINING\r\n";
    } else if (verb == "DATA") {
      out_ += "354 go\r\n";
      in_data_ = true;
    } else if (verb == "STAR") {
      out_ += "220 go\r\n";
      starts_tls_ = true;
    } else if (verb == "QUIT") {
      out_ += "221 bye\r\n";
      return false;
    } else {
      out_ += "250 ok\r\n";
    }
    return true;
  }

  bool has_line() const { return lines_.rest().find('\n') != std::string_view::npos; }

  bool skip_content() {  // whether something is left to answer
    auto const rest = lines_.rest();
    auto const end = rest.find("\r\n.\r\n");
    if (end == std::string_view::npos) {
      if (rest.size() > 4) lines_.consume(rest.size() - 4);
      return false;
    }
    lines_.consume(end + 5);
    in_data_ = false;
    out_ += "250 ok\r\n";
    return true;
  }

  net::Task<bool> flush() {
    if (out_.empty()) co_return true;
    std::string bytes = std::exchange(out_, {});
    auto const written = stream_.write_now(bytes);
    if (!written) co_return false;
    if (*written == bytes.size()) co_return true;
    bytes.erase(0, *written);
    auto const rest = co_await stream_.write(std::move(bytes));
    co_return rest.has_value();
  }

  net::Stream stream_;
  std::shared_ptr<net::TlsContext const> tls_;
  wire::LineSplitter lines_{4096};
  std::string out_;
  bool in_data_ = false;
  bool starts_tls_ = false;
};

class ErrorLog : public Log {
 public:
  bool takes(Severity severity) const override { return severity == Severity::error; }
  void write(LogEvent const& event) override {
    if (takes(event.severity()))
      std::fprintf(stderr, "%s\n", event.print(LogFormat::logfmt, net::wall_clock()).c_str());
  }
};

net::Task<void> serve(std::unique_ptr<Answerer> answerer) { co_await answerer->run(); }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "ceiling PORT CERTIFICATE KEY\n"), 2;
  std::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  net::TicketKeys tickets(std::chrono::hours(1));
  net::TlsSettings settings;
  settings.certificate = {argv[2]};
  settings.key = {argv[3]};
  auto const tls = net::TlsContext::make(settings, tickets);
  if (!tls) return std::fprintf(stderr, "%s\n", tls.error().c_str()), 1;
  net::Endpoint const at{*IpAddress::parse("127.0.0.1"), static_cast<std::uint16_t>(std::atoi(argv[1]))};
  ErrorLog log;
  Counters counters;
  std::vector<std::unique_ptr<net::EventLoop>> loops;
  std::vector<std::unique_ptr<net::Listener>> listeners;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    loops.push_back(std::make_unique<net::EventLoop>("loop"));
    auto& loop = *loops.back();
    auto listener = net::Listener::bind(
        loop, at,
        [&loop, &tls, &log, &counters](net::Socket socket, net::Endpoint) {
          net::spawn(loop, serve(std::make_unique<Answerer>(std::move(socket), *tls)), log, counters,
                     "answerer");
        },
        log, counters);
    if (!listener) return std::fprintf(stderr, "%s\n", listener.error().c_str()), 1;
    listeners.push_back(std::move(*listener));
  }
  for (auto& loop : loops) loop->start();
  for (auto& listener : listeners) listener->start();
  boost::asio::io_context main;
  boost::asio::signal_set signals(main, SIGTERM, SIGINT);
  signals.async_wait([](auto, int) {});
  main.run();
  std::_Exit(0);
}

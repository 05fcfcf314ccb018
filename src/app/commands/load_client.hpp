// One client of the load generator: connects, upgrades to TLS if asked, sends its messages, and takes the
// time of each. Thread: its event loop.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/certificate.hpp"
#include "net/connector.hpp"
#include "net/stream.hpp"
#include "wire/line_splitter.hpp"
#include "wire/reply.hpp"

namespace postern::app {

struct LoadPlan {  // shared by all clients of a run; immutable
  net::Endpoint target;
  std::array<std::string, 3> envelope;  // MAIL, RCPT and DATA with their CRLFs
  std::string content;                  // dot-stuffed, with its end
  bool pipelining = true;
  SSL_CTX* tls = nullptr;  // not null: STARTTLS
  bool resume = false;
};

struct LoadResult {
  std::vector<std::uint32_t>
      micros;  // of each message accepted; the first of a connection includes connecting
  std::uint64_t failed = 0;
  std::uint64_t resumed = 0;
  std::uint64_t handshakes = 0;
  std::string first_problem;
};

class LoadClient {
 public:
  LoadClient(LoadPlan const& plan, LoadResult& result, net::OpensslPtr<SSL_SESSION>& ticket)
      : plan_(plan), result_(result), ticket_(ticket) {}

  net::Task<bool> connect();                   // up to the answer to EHLO
  net::Task<void> send(std::size_t messages);  // then QUIT

 private:
  net::Task<bool> say_hello();
  net::Task<bool> start_tls();
  net::Task<bool> send_one();
  net::Task<std::uint16_t> exchange(std::string bytes);  // the code of the reply; 0: none came
  net::Task<std::uint16_t> read_reply();
  bool expect(std::string const& step, std::uint16_t got, std::uint16_t wanted);
  void note(std::string problem);

  LoadPlan const& plan_;
  LoadResult& result_;
  net::OpensslPtr<SSL_SESSION>& ticket_;
  std::unique_ptr<net::Stream> stream_;
  wire::LineSplitter lines_{4096};
  wire::ReplyReader replies_;
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace postern::app

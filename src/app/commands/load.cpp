#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <numeric>
#include <thread>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/commands/load_client.hpp"
#include "app/server/descriptor_limit.hpp"
#include "app/server/log_output.hpp"
#include "base/counted.hpp"
#include "net/event_loop.hpp"
#include "net/pause.hpp"
#include "net/spawn.hpp"

namespace postern::app {
namespace {

std::string make_content(std::size_t size) {
  std::string content = "From: load@localhost\r\nTo: load@localhost\r\nSubject: load\r\n\r\n";
  while (content.size() + 3 < size)
    content += std::string(std::min<std::size_t>(70, size - content.size() - 2), 'x') + "\r\n";
  return content + ".\r\n";
}

// One thread's clients.
class Worker {
 public:
  Worker(LoadPlan const& plan, LoadOptions const& options, std::atomic<std::size_t>& left, Log& log,
         Counters& counters)
      : plan_(plan), options_(options), left_(left), log_(log), counters_(counters) {}

  void start(std::size_t clients) {
    running_ = clients;
    thread_ = std::thread([this, clients] {
      for (std::size_t i = 0; i < clients; ++i)
        net::spawn(loop_, options_.idle > 0 ? hold() : repeat(), log_, counters_, "load-client", [this] {
          if (--running_ == 0 && options_.idle == 0) loop_.context().stop();
        });
      loop_.context().run();
    });
  }
  void join() { thread_.join(); }
  void stop() { loop_.context().stop(); }

  LoadResult result;
  std::atomic<std::size_t> held{0};

 private:
  net::Task<void> repeat() {
    for (;;) {
      std::size_t take = 0;
      for (std::size_t now = left_.load(); now > 0;) {
        take = std::min(now, options_.per_connection);
        if (left_.compare_exchange_weak(now, now - take)) break;
        take = 0;
      }
      if (take == 0) co_return;
      if (options_.rate > 0) {
        double const before = static_cast<double>(begun_with_++ * options_.threads * take);
        auto const due =
            begun_ + std::chrono::microseconds(static_cast<std::int64_t>(before / options_.rate * 1e6));
        co_await net::pause(std::chrono::duration_cast<Duration>(due - std::chrono::steady_clock::now()));
      }
      LoadClient client(plan_, result, ticket_);
      bool const connected = co_await client.connect();
      if (connected)
        co_await client.send(take);
      else
        result.failed += take;
    }
  }

  net::Task<void> hold() {
    auto client = std::make_unique<LoadClient>(plan_, result, ticket_);
    bool const connected = co_await client->connect();
    if (!connected) {
      ++result.failed;
      co_return;
    }
    held_.push_back(std::move(client));
    ++held;
  }

  LoadPlan const& plan_;
  LoadOptions const& options_;
  std::atomic<std::size_t>& left_;
  Log& log_;
  Counters& counters_;
  net::OpensslPtr<SSL_SESSION> ticket_;
  net::EventLoop loop_{"load"};
  std::vector<std::unique_ptr<LoadClient>> held_;
  std::size_t running_ = 0;
  std::size_t begun_with_ = 0;  // batches
  std::chrono::steady_clock::time_point const begun_ = std::chrono::steady_clock::now();
  std::thread thread_;
};

double percentile(std::vector<std::uint32_t> const& sorted, double share) {
  if (sorted.empty()) return 0;
  auto const index = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5);
  return static_cast<double>(sorted[index]) / 1000.0;
}

net::OpensslPtr<SSL_CTX> make_tls(LoadOptions const& options) {
  if (options.tls == LoadTls::none) return nullptr;
  net::OpensslPtr<SSL_CTX> context(::SSL_CTX_new(::TLS_client_method()));
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  return context;
}

int report(LoadOptions const& options, LoadResult& all, double seconds) {
  std::sort(all.micros.begin(), all.micros.end());
  double const rate = static_cast<double>(all.micros.size()) / seconds;
  if (options.json) {
    boost::json::object const out{{"messages", all.micros.size()},
                                  {"failed", all.failed},
                                  {"seconds", seconds},
                                  {"messages_per_second", rate},
                                  {"p50_ms", percentile(all.micros, .5)},
                                  {"p90_ms", percentile(all.micros, .9)},
                                  {"p99_ms", percentile(all.micros, .99)},
                                  {"max_ms", percentile(all.micros, 1)},
                                  {"handshakes", all.handshakes},
                                  {"resumed", all.resumed},
                                  {"first_problem", all.first_problem}};
    std::printf("%s\n", boost::json::serialize(out).c_str());
  } else {
    std::printf("%s in %.2f s: %.0f per second; latency ms p50 %.2f, p90 %.2f, p99 %.2f, max %.2f\n",
                counted(all.micros.size(), "message").c_str(), seconds, rate, percentile(all.micros, .5),
                percentile(all.micros, .9), percentile(all.micros, .99), percentile(all.micros, 1));
    if (options.tls != LoadTls::none)
      std::printf("%s, %llu resumed\n", counted(all.handshakes, "handshake").c_str(),
                  static_cast<unsigned long long>(all.resumed));
    if (all.failed > 0)
      std::printf("%llu failed, the first with: %s\n", static_cast<unsigned long long>(all.failed),
                  all.first_problem.c_str());
  }
  return all.failed > 0 ? 1 : 0;
}

int hold_idle(std::vector<std::unique_ptr<Worker>>& workers, std::size_t wanted) {
  for (std::size_t held = 0, failed = 0; held + failed < wanted;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    held = failed = 0;
    for (auto const& worker : workers) {
      held += worker->held;
      failed += worker->result.failed;
    }
    if (failed > 0) break;
  }
  std::printf("holding\n");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  std::uint64_t failed = 0;
  for (auto& worker : workers) {
    worker->stop();
    worker->join();
    failed += worker->result.failed;
  }
  return failed > 0 ? 1 : 0;
}

}  // namespace

int run_load(LoadOptions const& options) {
  auto const target = net::Endpoint::parse(options.target);
  if (!target) return complain(options.target + ": not an address with a port, such as 127.0.0.1:2525", 2);
  raise_descriptor_limit();
  auto const tls = make_tls(options);
  LoadPlan const plan{
      *target,
      {"MAIL FROM:<" + options.sender + ">\r\n", "RCPT TO:<" + options.recipient + ">\r\n", "DATA\r\n"},
      make_content(options.size),
      options.pipelining,
      tls.get(),
      options.tls == LoadTls::resume};
  std::atomic<std::size_t> left{options.messages};
  std::size_t const clients = options.idle > 0 ? options.idle : options.connections;
  std::size_t const threads = std::clamp<std::size_t>(options.threads, 1, clients);
  Counters counters;
  auto const log = make_log(Severity::warning, LogFormat::logfmt, counters);
  std::vector<std::unique_ptr<Worker>> workers;
  for (std::size_t i = 0; i < threads; ++i)
    workers.push_back(std::make_unique<Worker>(plan, options, left, *log, counters));
  auto const begun = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < threads; ++i)
    workers[i]->start(clients / threads + (i < clients % threads ? 1 : 0));
  if (options.idle > 0) return hold_idle(workers, clients);
  LoadResult all;
  for (auto& worker : workers) {
    worker->join();
    all.micros.insert(all.micros.end(), worker->result.micros.begin(), worker->result.micros.end());
    all.failed += worker->result.failed;
    all.handshakes += worker->result.handshakes;
    all.resumed += worker->result.resumed;
    if (all.first_problem.empty()) all.first_problem = worker->result.first_problem;
  }
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begun;
  return report(options, all, took.count());
}

}  // namespace postern::app

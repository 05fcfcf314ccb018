#include "session/smtp_server.hpp"

#include <boost/asio/co_spawn.hpp>

#include "session/milter_session.hpp"
#include "session/policy_session.hpp"
#include "session/server_session.hpp"

namespace postern::session {

SmtpServer::SmtpServer(std::vector<net::EventLoop*> loops, Services services,
                       std::shared_ptr<GateConfig const> config)
    : services_(services), config_(std::move(config)) {
  for (auto* loop : loops) loops_.push_back(std::make_unique<PerLoop>(PerLoop{loop, {}, false}));
}

SmtpServer::~SmtpServer() = default;

Result<net::Endpoint, std::string> SmtpServer::listen(net::Endpoint at, ListenerConfig config) {
  if (at.port != 0)
    if (auto const free = net::Listener::check_free(at); !free) return fail(free.error());
  configs_.push_back(std::make_unique<ListenerConfig const>(std::move(config)));
  auto const& listener_config = *configs_.back();
  for (auto& per_loop : loops_) {
    auto listener = net::Listener::bind(
        *per_loop->loop, at,
        [this, &per = *per_loop, &listener_config](net::Socket socket, net::Endpoint peer) {
          take(per, listener_config, std::move(socket), peer);
        },
        [this](std::string const& what) {
          services_.log.write(LogEvent(Severity::error, "accept-failed").add("reason", what));
        });
    if (!listener) return fail(listener.error());
    at = (*listener)->endpoint();
    listeners_.push_back(std::move(*listener));
  }
  return at;
}

void SmtpServer::start() {
  for (auto& listener : listeners_) listener->start();
}

void SmtpServer::reload(std::shared_ptr<GateConfig const> config) { *config_.access() = std::move(config); }

std::unique_ptr<Session> SmtpServer::make_session(PerLoop& per_loop, ListenerConfig const& listener,
                                                  net::Socket socket, net::Endpoint peer) {
  auto config = *config_.access();
  switch (listener.protocol) {
    case Protocol::policy:
      return std::make_unique<PolicySession>(*per_loop.loop, std::move(socket), listener, std::move(config),
                                             services_);
    case Protocol::milter:
      return std::make_unique<MilterSession>(*per_loop.loop, std::move(socket), listener, std::move(config),
                                             services_);
    case Protocol::smtp: break;
  }
  return std::make_unique<ServerSession>(*per_loop.loop, std::move(socket), peer, listener, std::move(config),
                                         services_);
}

void SmtpServer::take(PerLoop& per_loop, ListenerConfig const& listener, net::Socket socket,
                      net::Endpoint peer) {
  if (per_loop.draining) return;
  auto session = make_session(per_loop, listener, std::move(socket), peer);
  per_loop.sessions.insert(session.get());
  // The one place that spawns sessions, and the one that catches what nobody expected: that session ends, no
  // other.
  boost::asio::co_spawn(
      per_loop.loop->context(), run(per_loop, std::move(session)), [this](std::exception_ptr error) {
        if (!error) return;
        services_.counters.add(Count::sessions_unexpected_errors);
        try {
          std::rethrow_exception(error);
        } catch (std::exception const& e) {
          services_.log.write(LogEvent(Severity::error, "session-failed").add("reason", e.what()));
        }
      });
}

net::Task<void> SmtpServer::run(PerLoop& per_loop, std::unique_ptr<Session> session) {
  struct Registered {  // leaves the set however the session ends
    std::unordered_set<Session*>& sessions;
    std::unique_ptr<Session> session;
    ~Registered() { sessions.erase(session.get()); }
  } const registered{per_loop.sessions, std::move(session)};
  co_await registered.session->converse();
}

void SmtpServer::for_each_session(void (Session::*call)()) {
  for (auto& per_loop : loops_)
    per_loop->loop->post([&per = *per_loop, call] {
      per.draining = true;
      for (auto* session : per.sessions) (session->*call)();
    });
}

void SmtpServer::drain() {
  std::size_t i = 0;
  for (auto& listener : listeners_) loops_[i++ % loops_.size()]->loop->post([&l = *listener] { l.close(); });
  for_each_session(&Session::drain);
}

void SmtpServer::cut() { for_each_session(&Session::cut); }

}  // namespace postern::session

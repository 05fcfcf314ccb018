#include "session/smtp_server.hpp"

#include "net/spawn.hpp"
#include "session/milter_session.hpp"
#include "session/policy_session.hpp"
#include "session/server_session.hpp"

namespace postern::session {

SmtpServer::SmtpServer(std::vector<net::EventLoop*> loops, Services services,
                       std::shared_ptr<GateConfig const> config)
    : services_(services), config_(std::move(config)) {
  for (auto* loop : loops) loops_.push_back(std::make_shared<PerLoop>(*loop));
}

SmtpServer::~SmtpServer() = default;

Result<net::Endpoint, std::string> SmtpServer::listen(net::Endpoint at, ListenerConfig config) {
  if (at.port != 0)
    if (auto const free = net::Listener::check_free(at); !free) return fail(free.error());
  bound_.push_back(std::make_unique<Bound>());
  auto& bound = *bound_.back();
  bound.config = std::move(config);
  for (auto& per_loop : loops_) {
    auto listener = net::Listener::bind(
        *per_loop->loop, at,
        [this, per_loop, &bound](net::Socket socket, net::Endpoint peer) {
          take(per_loop, bound, std::move(socket), peer);
        },
        services_.log, services_.counters);
    if (!listener) return fail(listener.error());
    at = (*listener)->endpoint();
    listeners_.push_back(std::move(*listener));
  }
  return at;
}

void SmtpServer::start() {
  for (auto& listener : listeners_) listener->start();
}

std::unique_ptr<Session> SmtpServer::make_session(PerLoop& per_loop, Bound& bound, net::Socket socket,
                                                  net::Endpoint peer) {
  auto& loop = *per_loop.loop;
  switch (bound.config.protocol) {
    case Protocol::policy:
      return std::make_unique<PolicySession>(loop, std::move(socket), bound.config, config_, services_,
                                             bound.mta);
    case Protocol::milter:
      return std::make_unique<MilterSession>(loop, std::move(socket), bound.config, config_, services_);
    case Protocol::smtp: break;
  }
  return std::make_unique<ServerSession>(loop, std::move(socket), peer, bound.config, config_, services_);
}

void SmtpServer::take(std::shared_ptr<PerLoop> const& per_loop, Bound& bound, net::Socket socket,
                      net::Endpoint peer) {
  auto& admission = services_.admission;
  if (per_loop->draining || !admission.enter_socket()) return;
  auto session = make_session(*per_loop, bound, std::move(socket), peer);
  per_loop->sessions.insert(session.get());
  net::spawn(*per_loop->loop, run(per_loop, std::move(session)), services_.log, services_.counters, "session",
             [&admission] { admission.leave_socket(); });
}

net::Task<void> SmtpServer::run(std::shared_ptr<PerLoop> per_loop, std::unique_ptr<Session> session) {
  struct Registered {  // leaves the set however the session ends
    std::shared_ptr<PerLoop> per_loop;
    std::unique_ptr<Session> session;
    ~Registered() { per_loop->sessions.erase(session.get()); }
  } const registered{std::move(per_loop), std::move(session)};
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

// The gate: its listeners on every loop, and the sessions they begin.
// Threads: made, started and stopped by one; each session belongs to its loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "net/event_loop.hpp"
#include "net/listener.hpp"
#include "session/current_config.hpp"
#include "session/external_mta.hpp"
#include "session/gate_config.hpp"
#include "session/services.hpp"
#include "session/session.hpp"

namespace postern::session {

class SmtpServer {
 public:
  SmtpServer(std::vector<net::EventLoop*> loops, Services services, std::shared_ptr<GateConfig const> config);
  ~SmtpServer();

  // Binds on every loop. Gives the address bound; the error is for people.
  Result<net::Endpoint, std::string> listen(net::Endpoint at, ListenerConfig config);
  void start();
  // For what begins from now on, also on connections that are open: transactions, and requests of another
  // MTA.
  void reload(std::shared_ptr<GateConfig const> config) { config_.set(std::move(config)); }
  void drain();  // no more connections; sessions end at their next pause
  void cut();    // sessions end now
  bool idle() const { return services_.counters.open_connections.load() == 0; }

 private:
  struct PerLoop {  // of its loop; shared with the sessions, which may outlive this
    explicit PerLoop(net::EventLoop& of) : loop(&of) {}
    net::EventLoop* loop;
    std::unordered_set<Session*> sessions;
    bool draining = false;
  };
  struct Bound {  // one configured listener, on all loops
    ListenerConfig config;
    ExternalMta mta;
  };
  void take(std::shared_ptr<PerLoop> const& per_loop, Bound& bound, net::Socket socket, net::Endpoint peer);
  static net::Task<void> run(std::shared_ptr<PerLoop> per_loop, std::unique_ptr<Session> session);
  std::unique_ptr<Session> make_session(PerLoop& per_loop, Bound& bound, net::Socket socket,
                                        net::Endpoint peer);
  void for_each_session(void (Session::*call)());

  Services services_;
  std::vector<std::shared_ptr<PerLoop>> loops_;
  std::vector<std::unique_ptr<Bound>> bound_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  CurrentConfig config_;
};

}  // namespace postern::session

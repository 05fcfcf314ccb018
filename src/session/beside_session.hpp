// What the conversations with an MTA beside have in common. Of one loop.
#pragma once

#include <memory>

#include "net/deadlines.hpp"
#include "net/listener.hpp"
#include "net/stream.hpp"
#include "session/beside_gate.hpp"
#include "session/gate_config.hpp"
#include "session/session.hpp"

namespace postern::session {

class BesideSession : public Session, protected net::Deadline {
 public:
  BesideSession(net::EventLoop& loop, net::Socket socket, ListenerConfig const& listener,
                std::shared_ptr<GateConfig const> config, Services services)
      : Deadline(loop.deadlines()),
        stream_(std::move(socket)),
        config_(std::move(config)),
        services_(services),
        gate_(loop, services_, config_->policy, listener.address) {
    ++services_.counters.open_connections;
  }
  ~BesideSession() override { --services_.counters.open_connections; }
  void cut() override { stream_.cut(); }

 protected:
  void expire() override { stream_.cut(); }

  net::Stream stream_;
  std::shared_ptr<GateConfig const> config_;
  Services services_;
  BesideGate gate_;
  bool idle_ = false;  // waits for the MTA
  bool draining_ = false;
};

}  // namespace postern::session

// What the conversations with an external MTA have in common. Thread: its event loop.
#pragma once

#include <memory>

#include "net/deadlines.hpp"
#include "net/listener.hpp"
#include "net/stop_state.hpp"
#include "net/stream.hpp"
#include "session/external_mta_gate.hpp"
#include "session/gate_config.hpp"
#include "session/session.hpp"

namespace postern::session {

class ExternalMtaSession : public Session, protected net::Deadline {
 public:
  ExternalMtaSession(net::EventLoop& loop, net::Socket socket, ListenerConfig const& listener,
                     std::shared_ptr<GateConfig const> config, Services services)
      : Deadline(loop.deadlines()),
        stream_(std::move(socket), stop_),
        config_(std::move(config)),
        services_(services),
        gate_(loop, services_, config_->policy, listener.address, stop_) {
    ++services_.counters.open_connections;
  }
  ~ExternalMtaSession() override { --services_.counters.open_connections; }
  void cut() override {
    draining_ = true;
    stop_.stop();
  }

 protected:
  void expire() override { stream_.end_waits(); }

  net::StopState stop_;
  net::Stream stream_;
  std::shared_ptr<GateConfig const> config_;
  Services services_;
  ExternalMtaGate gate_;
  bool idle_ = false;  // waits for the MTA
  bool draining_ = false;
};

}  // namespace postern::session

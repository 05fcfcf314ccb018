// What the conversations with an external MTA have in common. Thread: its event loop.
#pragma once

#include <utility>

#include "net/deadlines.hpp"
#include "net/listener.hpp"
#include "net/stop_state.hpp"
#include "net/stream.hpp"
#include "session/current_config.hpp"
#include "session/external_mta_gate.hpp"
#include "session/gate_config.hpp"
#include "session/session.hpp"

namespace postern::session {

class ExternalMtaSession : public Session, protected net::Deadline {
 public:
  ExternalMtaSession(net::EventLoop& loop, net::Socket socket, ListenerConfig const& listener,
                     CurrentConfig current, Services services)
      : Deadline(loop.deadlines()),
        stream_(std::move(socket), stop_),
        services_(services),
        gate_(loop, services_, std::move(current), listener.address, stop_) {
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
  Services services_;
  ExternalMtaGate gate_;
  bool idle_ = false;  // waits for the MTA
  bool draining_ = false;
};

}  // namespace postern::session

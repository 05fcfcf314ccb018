// One connection of an MTA that asks by Postfix's policy delegation protocol. Of one loop. Memory: keeps its
// buffer; there are as many of them as the MTA has processes.
#pragma once

#include <atomic>
#include <memory>

#include "net/deadlines.hpp"
#include "net/listener.hpp"
#include "net/stream.hpp"
#include "session/beside_gate.hpp"
#include "session/gate_config.hpp"
#include "session/session.hpp"
#include "wire/line_splitter.hpp"
#include "wire/policy_request.hpp"

namespace postern::session {

class PolicySession : public Session, private net::Deadline {
 public:
  PolicySession(net::EventLoop& loop, net::Socket socket, ListenerConfig const& listener,
                std::shared_ptr<GateConfig const> config, Services services);
  ~PolicySession() override;

  net::Task<void> converse() override;
  void drain() override;
  void cut() override { stream_.cut(); }

 private:
  void expire() override;
  net::Task<bool> read();
  net::Task<std::string> answer(wire::PolicyRequest request);  // the action
  net::Task<std::string> answer_recipient(wire::PolicyRequest request);
  net::Task<std::string> answer_end(wire::PolicyRequest request);
  void follow(wire::PolicyRequest const& request);
  void close_transaction();
  void complain(std::string const& what);

  net::Stream stream_;
  std::shared_ptr<GateConfig const> config_;
  Services services_;
  BesideGate gate_;
  wire::LineSplitter lines_{8192};
  wire::PolicyRequestReader requests_;
  std::string instance_;
  bool idle_ = false;
  bool draining_ = false;
};

}  // namespace postern::session

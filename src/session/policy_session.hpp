// One connection of an MTA that asks by Postfix's policy delegation protocol. Thread: its event loop.
// Memory: keeps its buffer; there are as many of them as the MTA has processes.
#pragma once

#include "session/external_mta.hpp"
#include "session/external_mta_session.hpp"
#include "wire/line_splitter.hpp"
#include "wire/policy_request.hpp"

namespace postern::session {

class PolicySession : public ExternalMtaSession {
 public:
  // `mta` is shared by all sessions of the listener, and outlives them.
  PolicySession(net::EventLoop& loop, net::Socket socket, ListenerConfig const& listener,
                CurrentConfig current, Services services, ExternalMta& mta)
      : ExternalMtaSession(loop, std::move(socket), listener, std::move(current), services), mta_(mta) {}

  net::Task<void> converse() override;
  void drain() override;

 private:
  void expire() override;
  net::Task<bool> read();
  net::Task<std::string> answer(wire::PolicyRequest request);  // the action
  net::Task<std::string> answer_recipient(wire::PolicyRequest request);
  net::Task<std::string> answer_end(wire::PolicyRequest request);
  void follow(wire::PolicyRequest const& request);
  void close_transaction();
  void complain(std::string const& what);

  ExternalMta& mta_;
  wire::LineSplitter lines_{8192};
  wire::PolicyRequestReader requests_;
  std::string instance_;
};

}  // namespace postern::session

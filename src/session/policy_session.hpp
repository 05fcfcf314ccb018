// One connection of an MTA that asks by Postfix's policy delegation protocol. Of one loop. Memory: keeps its
// buffer; there are as many of them as the MTA has processes.
#pragma once

#include "session/beside_session.hpp"
#include "wire/line_splitter.hpp"
#include "wire/policy_request.hpp"

namespace postern::session {

class PolicySession : public BesideSession {
 public:
  using BesideSession::BesideSession;

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

  wire::LineSplitter lines_{8192};
  wire::PolicyRequestReader requests_;
  std::string instance_;
};

}  // namespace postern::session

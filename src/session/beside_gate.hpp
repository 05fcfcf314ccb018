// The gate for an MTA beside: one connection of a client to that MTA at a time, and a transaction on it,
// judged stage by stage and recorded when it is over. Used by the policy and the milter protocol.
// Of one loop.
#pragma once

#include <optional>

#include "net/event_loop.hpp"
#include "policy/facts.hpp"
#include "policy/verdict.hpp"
#include "session/gatekeeper.hpp"
#include "session/sender_check.hpp"

namespace postern::session {

class BesideGate {
 public:
  BesideGate(net::EventLoop& loop, Services const& services, policy::Policy const& policy,
             std::string const& listener)
      : loop_(loop), services_(services), gatekeeper_(services, policy), listener_(listener) {}
  ~BesideGate() { end_connection(); }
  BesideGate(BesideGate const&) = delete;
  BesideGate& operator=(BesideGate const&) = delete;

  void begin_connection(IpAddress const& client, std::uint16_t port);  // ends the one before
  void begin_transaction();                                            // the same
  policy::Facts& facts() { return facts_; }
  bool in_connection() const { return in_connection_; }
  bool in_transaction() const { return in_transaction_; }

  // The verdict at `stage`, after those before it that have not been asked for: the first that refuses.
  net::Task<policy::Verdict> ask(policy::Stage stage);
  void recipient_answered(policy::Verdict const& verdict);  // of the last one

  void end_transaction(policy::Verdict const& verdict);  // of its content, or of MAIL
  void end_accepted();                                   // nothing was said against it
  void abandon_transaction();  // without a message: its outcome follows from the recipients
  void end_connection();
  bool took_anybody() const;  // a recipient

 private:
  void end_transaction(policy::Outcome outcome, std::uint16_t code, std::string rule);
  net::Task<policy::Verdict> ask_one(policy::Stage stage);

  net::EventLoop& loop_;
  Services const& services_;
  Gatekeeper gatekeeper_;
  std::string const& listener_;
  SenderCheck sender_check_;
  policy::Facts facts_;
  bool in_connection_ = false;
  bool in_transaction_ = false;
  std::optional<policy::Stage> asked_;  // the last
};

// "450 4.7.10 text" of a verdict that refuses, or "4.7.10 text".
std::string refusal_text(policy::Verdict const& verdict, bool with_code);

}  // namespace postern::session

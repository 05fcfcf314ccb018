// The gate for an external MTA that asks by policy delegation or by the milter protocol: one connection of a
// client to that MTA at a time, and a transaction on it, judged stage by stage and recorded when it is over.
// Each verdict that the MTA is given is logged. Connections and transactions go by the configuration that
// holds when they begin, and take_config() takes the one that holds now: an MTA keeps its connections to us
// open for long.
// Thread: its event loop. Stopping: once its token is stopped it decides nothing more.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "dialogue/beside.hpp"
#include "net/event_loop.hpp"
#include "net/stop_state.hpp"
#include "policy/facts.hpp"
#include "policy/verdict.hpp"
#include "session/current_config.hpp"
#include "session/gatekeeper.hpp"
#include "session/sender_check.hpp"

namespace postern::session {

class ExternalMtaGate {
 public:
  ExternalMtaGate(net::EventLoop& loop, Services const& services, CurrentConfig current,
                  std::string const& listener, net::StopToken stop)
      : loop_(loop),
        stop_(stop),
        services_(services),
        current_(std::move(current)),
        config_(current_.get()),
        gatekeeper_(services, config_->policy),
        listener_(listener) {}
  ~ExternalMtaGate() { end_connection(); }
  ExternalMtaGate(ExternalMtaGate const&) = delete;
  ExternalMtaGate& operator=(ExternalMtaGate const&) = delete;

  void take_config();  // what has been reloaded holds from now on, also for the transaction that is open
  policy::Policy const& policy() const { return config_->policy; }  // in force, until take_config()

  void begin_connection(IpAddress const& client, std::uint16_t port);  // ends the one before
  void begin_transaction();                                            // the same
  policy::Facts const& facts() const { return facts_; }
  bool in_connection() const { return in_connection_; }
  bool in_transaction() const { return in_transaction_; }

  // What the MTA tells of its client, its client's session, and the transaction.
  void on_client_name(std::string verified_name);
  void on_helo(std::string_view name);
  void on_login(std::string_view user);
  void on_tls(dialogue::BesideTls const& told);
  void on_sender(std::string_view sender);  // the null sender when it is empty or no address
  void on_declared_size(std::uint64_t bytes);
  void on_queue_id(std::string_view id);          // the MTA's, once it has one
  bool on_recipient(std::string_view recipient);  // false: it is no address
  void on_size(std::uint64_t bytes);              // of the content

  // The verdict at `stage`, after those before it that have not been asked for: the first that refuses. An
  // empty one once the token is stopped: the session then answers nobody.
  net::Task<policy::Verdict> ask(policy::Stage stage);
  void recipient_answered(policy::Verdict const& verdict);  // of the last one

  void end_transaction(policy::Verdict const& verdict);  // of its content, or of MAIL
  void end_accepted();                                   // nothing was said against it
  void abandon_transaction();  // without a message: its outcome follows from the recipients
  void end_connection();
  bool took_anybody() const;  // a recipient

 private:
  void end_transaction(policy::Outcome outcome, std::uint16_t code, policy::DecidedBy decided_by);
  net::Task<policy::Verdict> ask_one(policy::Stage stage);
  void log_verdict(policy::Verdict const& verdict);
  void recall();  // what is remembered, into the facts

  net::EventLoop& loop_;
  net::StopToken stop_;
  Services const& services_;
  CurrentConfig current_;
  std::shared_ptr<GateConfig const> config_;
  Gatekeeper gatekeeper_;
  std::string const& listener_;
  SenderCheck sender_check_;
  policy::Facts facts_;
  std::string queue_id_;       // of the MTA; empty: not told
  std::uint32_t refused_ = 0;  // recipients of the transaction
  bool in_connection_ = false;
  bool in_transaction_ = false;
  std::optional<policy::Stage> asked_;  // the last
};

// "450 4.7.10 text" of a verdict that refuses, or "4.7.10 text".
std::string refusal_text(policy::Verdict const& verdict, bool with_code);

}  // namespace postern::session

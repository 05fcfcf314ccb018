// Asks decide(), and does what follows from the verdict outside of the facts: it counts, logs and remembers.
// Used by every way in which mail is judged (SMTP, policy service, milter).
// Threads: any; the memory is guarded.
#pragma once

#include "policy/facts.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"
#include "session/services.hpp"

namespace postern::session {

class Gatekeeper {
 public:
  // Both outlive it.
  Gatekeeper(Services const& services, policy::Policy const& policy)
      : services_(services), policy_(&policy) {}

  void go_by(policy::Policy const& policy) { policy_ = &policy; }  // from now on; it outlives this, too

  // The verdict at facts.stage. Before, policy::recall() has filled in what is remembered, and at Stage::mail
  // the connection's verified name and, if asks_for_spf(), the SPF are there. Afterwards policy::note() is
  // due.
  policy::Verdict ask(policy::Facts const& facts);
  bool checks_spf(policy::Facts const& facts) const;  // of this sender
  bool asks_for_spf() const;

  // A transaction or a connection is over: what it has shown is remembered, and recorded.
  void transaction_over(policy::ConnectionFacts const& connection, policy::TransactionFacts transaction);
  void connection_over(policy::ConnectionFacts connection);

 private:
  void tell(policy::Facts const& facts, policy::Verdict const& verdict);
  void remember_recipient(policy::Facts const& facts, policy::Verdict const& verdict);
  void warn_of_downgrade(policy::Facts const& facts);
  void record(policy::MemoryChanges const& changes);  // while the memory is held

  Services const& services_;
  policy::Policy const* policy_;
};

}  // namespace postern::session

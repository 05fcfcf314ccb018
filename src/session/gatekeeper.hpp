// Asks decide(), with what is remembered filled in before and what follows from the verdict noted after: for
// every way by which mail is judged (SMTP, policy service, milter). Threads: any; the memory is guarded.
#pragma once

#include "policy/facts.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"
#include "session/services.hpp"

namespace postern::session {

class Gatekeeper {
 public:
  // Both outlive it.
  Gatekeeper(Services const& services, policy::Policy const& policy) : services_(services), policy_(policy) {}

  // A client has come.
  void meet(policy::ConnectionFacts& connection);

  // The verdict at facts.stage; marks and matches are in `facts` then. Before Stage::mail its connection's
  // verified name, and, if asks_for_spf(), the SPF, must be there.
  policy::Verdict ask(policy::Facts& facts);
  bool checks_spf(policy::Facts const& facts) const;  // of this sender
  bool asks_for_spf() const;

  // A transaction or a connection is over: what it has shown is remembered, and recorded.
  void transaction_over(policy::ConnectionFacts const& connection, policy::TransactionFacts transaction);
  void connection_over(policy::ConnectionFacts connection);

 private:
  void recall(policy::Facts& facts);
  void note(policy::Facts& facts, policy::Verdict const& verdict);
  void look_for_downgrade(policy::Facts& facts);
  void record(policy::MemoryChanges changes);

  Services const& services_;
  policy::Policy const& policy_;
};

}  // namespace postern::session

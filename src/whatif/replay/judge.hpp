// Asks decide() what a rule would have done with a reception: with what its source tells as facts, and what
// it does not tell assumed both at worst and at best.
#pragma once

#include <string>
#include <vector>

#include "policy/deferred_mail.hpp"
#include "policy/tls_memory.hpp"
#include "whatif/reception.hpp"
#include "whatif/replay/rule.hpp"

namespace postern::whatif {

enum class Judgement : std::uint8_t {
  delivered,
  lost,    // at least one of its recipients would not have got it
  unknown  // it depends on what the source does not tell
};

// Whether any rule asks for the sender's address; reading it costs.
enum class SenderAddress : std::uint8_t { not_asked_for, asked_for };

// One reception, ready to be judged by one rule after the other.
class Evaluation {
 public:
  // `memory`: as it was when the reception began. `identity`: of its host.
  Evaluation(Reception const& reception, policy::TlsMemory const& memory, std::string const& identity,
             SenderAddress sender);

  // `deferred`: of this rule; what it defers is noted there.
  Judgement by(Rule const& rule, policy::DeferredMail& deferred);

 private:
  void take_facts(policy::Facts const& facts);
  void assume_facts(Reception const& reception, SenderAddress sender);
  Judgement ask(Rule const& rule, policy::DeferredMail& deferred);
  Judgement ask_before_recipients(Rule const& rule);
  Judgement ask_at(policy::Stage stage, Rule const& rule);
  Judgement ask_for_recipients(Rule const& rule, policy::DeferredMail& deferred);

  bool all_known_;  // about its TLS
  policy::Facts facts_;
  policy::TlsFacts worst_, best_;  // what its TLS may have been; of use only when not all of it is known
  std::vector<policy::RecipientFacts> recipients_;
};

}  // namespace postern::whatif

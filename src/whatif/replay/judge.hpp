// Asks decide() what a rule would have done with a reception: with what its source tells as facts, and what
// it does not tell assumed both at worst and at best.
#pragma once

#include <array>
#include <optional>
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

// What is kept of one rule's judgements from one reception to the next.
struct RulePast {
  static constexpr std::size_t tls_kinds = 3 * 2 * 6 * 7;
  policy::DeferredMail deferred;
  // Of a rule that asks about TLS alone, where nothing is told of recipients: by what is told of TLS.
  std::array<std::optional<Judgement>, tls_kinds> by_tls;
};

// One reception after the other, each ready to be judged by one rule after the other.
class Evaluation {
 public:
  explicit Evaluation(policy::TlsMemory const& memory) : memory_(memory) {}

  // The memory is looked at as it is now. `identity`: of its host.
  void begin(Reception const& reception, std::string const& identity, SenderAddress sender);

  // `past`: of this rule.
  Judgement by(Rule const& rule, RulePast& past);

 private:
  void take_facts(policy::Facts const& facts);
  void take_recipients(Reception const& reception);
  void assume_facts(Reception const& reception, SenderAddress sender);
  Judgement by_worst_and_best(Rule const& rule, policy::DeferredMail& deferred);
  Judgement ask(Rule const& rule, policy::DeferredMail& deferred);
  Judgement ask_before_recipients(Rule const& rule);
  Judgement ask_at(policy::Stage stage, Rule const& rule);
  Judgement ask_for_recipients(Rule const& rule, policy::DeferredMail& deferred);

  policy::TlsMemory const& memory_;
  bool all_known_ = false;               // about its TLS
  bool all_told_ = false;                // its source had told all facts
  bool is_for_somebody_ = false;         // `recipients_` is what stands for those that are not told
  std::optional<std::size_t> tls_kind_;  // into RulePast::by_tls; absent: recipients are told
  policy::Facts facts_;
  policy::TlsFacts worst_, best_;  // what its TLS may have been; of use only when not all of it is known
  std::vector<policy::RecipientFacts> recipients_;
};

}  // namespace postern::whatif

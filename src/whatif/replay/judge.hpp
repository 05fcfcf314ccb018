// Asks decide() about an arrival: with what its source tells as facts, and what it does not tell filled in
// both ways.
#pragma once

#include "policy/deferred_mail.hpp"
#include "policy/tls_memory.hpp"
#include "whatif/arrival.hpp"
#include "whatif/replay/rule.hpp"

namespace postern::whatif {

enum class Judgement : std::uint8_t {
  comes,
  lost,    // at least one of its recipients would not have got it
  unknown  // it depends on what the source does not tell
};

class Judge {
 public:
  // Sets whom the next calls of of() are about: with what is remembered of its host, whose identity is given.
  void hear(Arrival const& arrival, policy::TlsMemory const& memory, std::string const& identity);
  // Before: whether any rule asks for the sender; reading it costs.
  void wants_sender() { wants_sender_ = true; }
  // `deferred`: of this rule; what it defers is noted there.
  Judgement of(Rule const& rule, policy::DeferredMail& deferred);
  policy::Facts const& facts() const { return facts_; }

 private:
  enum class Fill : std::uint8_t { worst, best };
  void fill(Fill how);
  void hear_recipients();
  void set_untold();
  Judgement ask(Rule const& rule, policy::DeferredMail& deferred);
  Judgement ask_at(policy::Stage stage, Rule const& rule);

  Arrival const* arrival_ = nullptr;
  bool wants_sender_ = false;
  bool all_known_ = true;
  policy::Facts facts_;
  std::vector<policy::RecipientFacts> recipients_;
};

}  // namespace postern::whatif

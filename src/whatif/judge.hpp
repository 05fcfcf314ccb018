// Asks decide() about an arrival: with what its source tells as facts, and what it does not tell filled in
// both ways.
#pragma once

#include "whatif/arrival.hpp"
#include "whatif/rule.hpp"

namespace postern::whatif {

enum class Judgement : std::uint8_t {
  comes,
  lost,    // at least one of its recipients would not have got it
  unknown  // it depends on what the source does not tell
};

class Judge {
 public:
  // Sets whom the next calls of of() are about. `remembered_sessions`: earlier ones over TLS of its host.
  void hear(Arrival const& arrival, std::uint32_t remembered_sessions);
  // Before: whether any rule asks for the sender; reading it costs.
  void wants_sender() { wants_sender_ = true; }
  Judgement of(Rule const& rule);

 private:
  enum class Fill : std::uint8_t { worst, best };
  void fill(Fill how);
  bool refused(Rule const& rule);

  Arrival const* arrival_ = nullptr;
  bool wants_sender_ = false;
  bool all_known_ = true;
  policy::Facts facts_;
  std::vector<policy::RecipientFacts> recipients_;
};

}  // namespace postern::whatif

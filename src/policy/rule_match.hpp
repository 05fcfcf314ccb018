// That a rule has matched: kept with the facts, for `postern rules`.
#pragma once

#include <cstdint>
#include <string>

#include "policy/effect.hpp"

namespace postern::policy {

struct RuleMatch {
  static constexpr std::int64_t nobody = -1;  // it was not about one recipient
  std::string rule;
  Effect effect = Effect::accept;  // as the rule has it
  bool enforced = false;           // else it would have been
  std::int64_t recipient = nobody;
};

}  // namespace postern::policy

// The words for rules: at which stage one is asked, what it does, and that it has matched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/words.hpp"

namespace postern::policy {

// The points of a conversation at which a verdict is asked for. Each knows what the earlier ones knew.
enum class Stage : std::uint8_t { connect, helo, mail, rcpt, content };
inline constexpr std::size_t stage_count = static_cast<std::size_t>(Stage::content) + 1;

// What is done with a message, in the order of preference: it is never accepted and then dropped.
enum class Effect : std::uint8_t { accept, flag, defer, reject };
Words<Effect> words_of(Effect);
using postern::print;

// That a rule has matched: kept with the facts, for `postern rules`.
struct RuleMatch {
  static constexpr std::int64_t nobody = -1;  // it was not about one recipient
  std::string rule = {};
  Effect effect = Effect::accept;  // as the rule has it
  bool enforced = false;           // false: it only observed
  std::int64_t recipient = nobody;
};

}  // namespace postern::policy

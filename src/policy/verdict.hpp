// What is done with what the facts tell, and what is said. In the order of preference: never accept and drop.
#pragma once

#include <cstdint>
#include <string>

#include "wire/reply.hpp"

namespace postern::policy {

enum class Effect : std::uint8_t { accept, flag, defer, reject };

struct Verdict {
  Effect effect = Effect::accept;
  std::string rule;   // that decided; empty: none had to
  wire::Reply reply;  // with defer and reject

  bool refuses() const { return effect == Effect::defer || effect == Effect::reject; }
};

}  // namespace postern::policy

// What a recipient address is to this server.
#pragma once

#include <cstdint>

#include "base/words.hpp"

namespace postern::policy {

enum class Standing : std::uint8_t {
  mailbox,     // delivered here
  alias,       // stands for others
  postmaster,  // RFC 5321 section 4.5.1: always taken
  unknown,     // in a domain of ours, but nobody
  elsewhere    // in no domain of ours: only for those we relay for
};

Words<Standing> words_of(Standing);
using postern::print;

}  // namespace postern::policy

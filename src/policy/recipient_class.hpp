// What a recipient address is to this server.
#pragma once

#include <cstdint>

#include "base/words.hpp"

namespace postern::policy {

enum class RecipientClass : std::uint8_t {
  mailbox,     // delivered here
  alias,       // stands for others
  postmaster,  // RFC 5321 section 4.5.1: always taken
  unknown,     // in a domain of ours, but nobody
  elsewhere    // in no domain of ours: only for those we relay for
};

Words<RecipientClass> words_of(RecipientClass);
using postern::print;

}  // namespace postern::policy

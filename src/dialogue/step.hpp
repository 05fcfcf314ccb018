// What a dialogue answers: something to say, or nothing yet, and the one thing that follows.
#pragma once

#include <cstdint>
#include <optional>

#include "wire/reply.hpp"

namespace postern::dialogue {

enum class Then : std::uint8_t {
  read_line,     // on_line()
  ask_verdict,   // on_verdict()
  start_tls,     // on_tls_unavailable(), or on_tls_ready() and after the handshake on_tls()
  ask_login,     // credentials(), on_login()
  read_content,  // DATA: feed content() until it has ended, then on_content()
  read_chunk,    // BDAT: feed content() until it wants no more, then on_content()
  store,         // on_stored()
  close
};

struct Step {
  std::optional<wire::Reply> reply;
  Then then = Then::read_line;
};

}  // namespace postern::dialogue

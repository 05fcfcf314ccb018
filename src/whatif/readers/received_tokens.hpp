// A Received field as words, comments and semicolons, in order: what its clauses are read from.
// Lifetime: the tokens are views into the field.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace postern::whatif {

struct ReceivedToken {
  enum class Kind : std::uint8_t { word, comment, semicolon };
  Kind kind = Kind::word;
  std::string_view text;  // of a comment without its parentheses

  bool is_comment() const { return kind == Kind::comment; }
  bool is_word() const { return kind == Kind::word; }
};

// `field`: unfolded. A parenthesis that is never closed is part of a word, and one in a quoted local part
// closes nothing: what a sender may put into an address or a greeting does not hide what follows it.
std::vector<ReceivedToken> tokens_of_received(std::string_view field);

}  // namespace postern::whatif

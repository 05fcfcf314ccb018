// Which of the words that exist somebody may have meant who has written one that does not.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace postern {

// The nearest one, if it is near enough: one character, or a quarter of them, is wrong, missing, superfluous
// or swapped with the next; or it is the only one that begins with `written`. Empty: none, or `written` is
// shorter than three characters. Case does not matter.
std::string_view similar_word(std::string_view written, std::span<std::string const> words);

// "; did you mean "hostname"?", or nothing, also where `written` is one of them.
std::string did_you_mean(std::string_view written, std::span<std::string const> words);

}  // namespace postern

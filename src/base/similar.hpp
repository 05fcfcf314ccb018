// Which of the words or names that exist somebody may have meant who has written one that does not.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace postern {

// How many letters must be put in, taken out, changed or swapped with their neighbour (optimal string
// alignment) to make one of the other. Lengths beyond 255 count as different.
std::size_t letters_between(std::string_view a, std::string_view b);

// Keeps the one that is nearest to `wanted` of all that it is shown; of several that are as near, the first
// in alphabetical order. A name is near when one letter, or one in `letters_per_mistake` of the longer of the
// two, differs.
class NearestName {
 public:
  explicit NearestName(std::string_view wanted, std::size_t letters_per_mistake = 3);
  bool consider(std::string_view name);              // whether it is the nearest of those shown so far
  std::string const& name() const { return name_; }  // empty: none is near

 private:
  std::string wanted_;
  std::size_t letters_per_mistake_;
  std::string name_;
  std::size_t fewest_;  // letters between `wanted_` and `name_`
};

// The nearest word, whatever the case of its letters, if one letter or a quarter of them is wrong; or else
// the only one that begins with `written`. Empty: none, or `written` is shorter than three characters.
std::string_view similar_word(std::string_view written, std::span<std::string const> words);

// "; did you mean "hostname"?", or nothing, also where `written` is one of them.
std::string did_you_mean(std::string_view written, std::span<std::string const> words);

}  // namespace postern

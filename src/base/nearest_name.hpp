// The name that somebody most likely meant who wrote another one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern {

// How many letters must be put in, taken out, changed or swapped with their neighbour (optimal string
// alignment) to make one of the other. Lengths beyond 255 count as different.
std::size_t letters_between(std::string_view a, std::string_view b);

// Keeps the one that is nearest to `wanted` of all that it is shown; of several that are as near, the first
// in alphabetical order. A name is near when no more than a third of the letters differ.
class NearestName {
 public:
  explicit NearestName(std::string_view wanted);
  void consider(std::string_view name);
  std::string const& name() const { return name_; }  // empty: none is near

 private:
  std::string wanted_;
  std::string name_;
  std::size_t least_;  // letters between; one more than the most that is near
};

}  // namespace postern

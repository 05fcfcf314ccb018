// Every string over a small alphabet: when the alphabet that matters is small, try everything.
#pragma once

#include <string>
#include <string_view>

namespace postern::tests {

template <class Check>
void for_each_string(std::string_view alphabet, std::size_t longest, Check check) {
  std::string text;
  auto const grow = [&](auto const& self) -> void {
    check(std::string_view(text));
    if (text.size() == longest) return;
    for (char c : alphabet) {
      text.push_back(c);
      self(self);
      text.pop_back();
    }
  };
  grow(grow);
}

}  // namespace postern::tests

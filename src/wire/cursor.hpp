// Reads one line from left to right. Every grammar in wire/ is a function that takes one of these.
// Lifetime: what it returns are views into the text it was made from.
#pragma once

#include <cstddef>
#include <string_view>

namespace postern::wire {

class Cursor {
 public:
  explicit constexpr Cursor(std::string_view text) : text_(text) {}

  constexpr bool at_end() const { return at_ == text_.size(); }
  constexpr char peek() const { return at_end() ? '\0' : text_[at_]; }
  constexpr char next() { return at_end() ? '\0' : text_[at_++]; }
  constexpr std::string_view rest() const { return text_.substr(at_); }

  constexpr bool take(char expected) {
    if (at_end() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }

  // The longest run of characters for which `belongs` answers true; may be empty.
  template <class Predicate>
  constexpr std::string_view take_while(Predicate belongs) {
    std::size_t const start = at_;
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  constexpr void skip(std::size_t count) { at_ += count < text_.size() - at_ ? count : text_.size() - at_; }
  constexpr std::size_t position() const { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace postern::wire

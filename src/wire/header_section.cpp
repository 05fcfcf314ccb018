#include "wire/header_section.hpp"

#include "base/ascii.hpp"

namespace postern::wire {

void HeaderSection::feed(std::string_view bytes) {
  constexpr std::string_view field = "received:";
  std::size_t i = 0;
  while (i < bytes.size() && !ended_) {
    if (column_ >= field.size() && !blank_) {  // past what matters: go to the end of the line
      auto const newline = bytes.find('\n', i);
      std::size_t const stop = newline == std::string_view::npos ? bytes.size() : newline;
      bytes_ += stop - i;
      i = stop;
      if (i == bytes.size()) break;
    }
    char const c = bytes[i++];
    ++bytes_;
    if (c == '\n') {
      ended_ = blank_;
      column_ = 0;
      matches_ = blank_ = true;
      continue;
    }
    if (c != '\r') blank_ = false;
    if (column_ < field.size()) {
      matches_ = matches_ && to_lower(c) == field[column_];
      if (matches_ && column_ + 1 == field.size()) ++received_;
    }
    ++column_;
  }
}

}  // namespace postern::wire

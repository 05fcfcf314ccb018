#include "wire/header_section.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::wire {

void HeaderSection::feed(std::string_view bytes) {
  while (!bytes.empty() && !ended_) {
    auto const newline = bytes.find('\n');
    auto const piece = bytes.substr(0, newline);
    if (length_ < line_.size()) {
      auto const room = std::min(piece.size(), line_.size() - length_);
      std::copy_n(piece.begin(), room, line_.begin() + static_cast<std::ptrdiff_t>(length_));
    }
    length_ += piece.size();
    has_8bit_ = has_8bit_ || !is_ascii(piece);
    bytes_ += piece.size();
    if (newline == std::string_view::npos) return;
    ++bytes_;
    end_line();
    length_ = 0;
    bytes.remove_prefix(newline + 1);
  }
}

void HeaderSection::end_line() {
  constexpr std::string_view trace = "received:";
  constexpr std::string_view tls = "tls-required:";
  auto const line = trimmed(std::string_view(line_.data(), std::min(length_, line_.size())));
  ended_ = length_ == 0 || (length_ == 1 && line_[0] == '\r');
  if (is_blank(line_[0])) return;  // a folded line
  if (istarts_with(line, trace)) ++received_;
  if (istarts_with(line, tls) && length_ <= line_.size() && iequals(trimmed(line.substr(tls.size())), "no"))
    tls_optional_ = true;
}

}  // namespace postern::wire

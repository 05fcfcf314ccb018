#include "wire/line_splitter.hpp"

#include <cstring>

namespace postern::wire {

std::span<char> LineSplitter::room() {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(buffer_size);
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return {buffer_.get() + end_, buffer_size - end_};
}

std::optional<Line> LineSplitter::next() {
  while (!empty()) {
    auto const waiting = rest();
    auto const newline = waiting.find('\n');
    if (newline == std::string_view::npos) {
      if (skipping_) {
        begin_ = end_;
        return std::nullopt;
      }
      if (waiting.size() <= max_line_) return std::nullopt;
      begin_ = end_;
      skipping_ = true;
      return Line{{}, LineEnd::too_long};
    }
    begin_ += static_cast<std::uint32_t>(newline) + 1;
    if (skipping_) {
      skipping_ = false;
      continue;
    }
    bool const crlf = newline > 0 && waiting[newline - 1] == '\r';
    auto const text = waiting.substr(0, crlf ? newline - 1 : newline);
    if (text.size() > max_line_) return Line{{}, LineEnd::too_long};
    return Line{text, crlf ? LineEnd::crlf : LineEnd::bare_lf};
  }
  return std::nullopt;
}

void LineSplitter::consume(std::size_t count) { begin_ += static_cast<std::uint32_t>(count); }

void LineSplitter::release() {
  if (!empty()) return;
  buffer_.reset();
  begin_ = end_ = 0;
}

}  // namespace postern::wire

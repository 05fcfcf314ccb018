// Splits what arrives into command lines (RFC 5321 section 2.3.8), and hands out what follows a command
// untouched, as content. A line ends with CRLF; one that ends with a bare LF is returned as such, the
// dialogue decides whether to take it. Bounds: a line longer than `max_line` bytes is reported once, without
// text, and skipped to its end. Memory: one buffer of `buffer_size` bytes while there is something in it,
// none while idle. Lifetime: the line returned is a view into the buffer, good until the next call of room()
// or release(). Does not decode: NUL and 8-bit bytes are passed on; the commands decide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace postern::wire {

enum class LineEnd : std::uint8_t { crlf, bare_lf, too_long };

struct Line {
  std::string_view text;  // without its end
  LineEnd end = LineEnd::crlf;
};

class LineSplitter {
 public:
  static constexpr std::size_t buffer_size = 16 * 1024;

  explicit LineSplitter(std::size_t max_line) : max_line_(max_line) {}

  std::span<char> room();  // where to read into; never empty
  void filled(std::size_t count) { end_ += static_cast<std::uint32_t>(count); }

  std::optional<Line> next();  // absent: read more

  std::string_view rest() const { return {buffer_.get() + begin_, end_ - begin_}; }  // not yet taken
  void consume(std::size_t count);  // takes content bytes from the front of rest()
  bool empty() const { return begin_ == end_; }
  void release();  // gives the buffer back when it is empty

 private:
  std::size_t const max_line_;
  std::unique_ptr<char[]> buffer_;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
  bool skipping_ = false;  // inside a line that has been reported as too long
};

}  // namespace postern::wire

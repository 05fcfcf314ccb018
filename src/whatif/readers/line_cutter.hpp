// Cuts what arrives into lines that end with LF or CRLF, or into objects of JSON, which may each have several
// lines, or stand side by side in an array on one.
// Bounds: a line of more than `max_line` bytes, or an object of more than `max_object`, is passed over.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace postern::whatif {

class LineCutter {
 public:
  static constexpr std::size_t max_line = 64 * 1024;
  static constexpr std::size_t max_object = 256 * 1024;
  enum class By : std::uint8_t { lines, json_objects };

  // `piece`: called for each, never with an empty one. What lies between objects is given line by line.
  LineCutter(By by, std::function<void(std::string_view)> piece) : by_(by), piece_(std::move(piece)) {}

  void feed(std::string_view bytes);
  void end();
  std::uint64_t too_long() const { return too_long_; }  // pieces that were passed over

 private:
  void line(std::string_view text);
  void cut_objects(std::string_view bytes);
  void outside(char c);
  void inside(char c);
  void broken();

  By by_;
  std::function<void(std::string_view)> piece_;
  std::string begun_;      // a line or an object whose end has not come yet
  bool overlong_ = false;  // of the line that has begun
  std::size_t depth_ = 0;  // of braces
  bool in_string_ = false, escaped_ = false, at_line_start_ = false;
  std::uint64_t too_long_ = 0;
};

}  // namespace postern::whatif

#include "wire/base64_lines.hpp"

#include <algorithm>

#include "base/base64.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t line_bytes = 57;  // 76 characters

}  // namespace

void Base64Lines::feed(std::string_view bytes, std::string& out) {
  if (!rest_.empty()) {
    auto const taken = std::min(bytes.size(), line_bytes - rest_.size());
    rest_ += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    if (rest_.size() < line_bytes) return;
    put_line(rest_, out);
    rest_.clear();
  }
  for (; bytes.size() >= line_bytes; bytes.remove_prefix(line_bytes))
    put_line(bytes.substr(0, line_bytes), out);
  rest_ += bytes;
}

void Base64Lines::finish(std::string& out) {
  if (!rest_.empty()) put_line(rest_, out);
  rest_.clear();
}

void Base64Lines::put_line(std::string_view bytes, std::string& out) {
  if (begun_) out += "\r\n";
  begun_ = true;
  out += base64(bytes);
}

}  // namespace postern::wire

#include "wire/lf_lines.hpp"

namespace postern::wire {

std::size_t LfLines::take(std::string_view bytes, std::string& out) {
  auto const lf = bytes.find('\n');
  auto const line = bytes.substr(0, lf);
  out += line;
  if (!line.empty()) after_cr_ = line.back() == '\r';
  if (lf == std::string_view::npos) return bytes.size();
  out += after_cr_ ? "\n" : "\r\n";
  after_cr_ = false;
  return lf + 1;
}

}  // namespace postern::wire

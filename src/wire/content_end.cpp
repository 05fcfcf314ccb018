#include "wire/content_end.hpp"

namespace postern::wire {

void DotStuffer::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    if (line_start_ && bytes.front() == '.') out += '.';
    auto const newline = bytes.find('\n');
    auto const line = bytes.substr(0, newline == std::string_view::npos ? bytes.size() : newline + 1);
    out += line;
    line_start_ =
        newline != std::string_view::npos && (line.size() > 1 ? line[line.size() - 2] == '\r' : after_cr_);
    after_cr_ = line.back() == '\r';
    bytes.remove_prefix(line.size());
  }
}

void DotStuffer::finish(std::string& out) {
  if (!line_start_) out += "\r\n";
  out += ".\r\n";
}

}  // namespace postern::wire

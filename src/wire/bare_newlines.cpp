#include "wire/bare_newlines.hpp"

#include <algorithm>

namespace postern::wire {

void NewlineNormalizer::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    if (after_cr_) {
      after_cr_ = false;
      out += "\r\n";
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
      } else {
        ++bare_;
      }
      continue;
    }
    // Everything up to the next CR holds at most bare LFs, and mostly none.
    auto const cr = std::min(bytes.find('\r'), bytes.size());
    auto piece = bytes.substr(0, cr);
    for (auto lf = piece.find('\n'); lf != std::string_view::npos; lf = piece.find('\n')) {
      out += piece.substr(0, lf);
      out += "\r\n";
      ++bare_;
      piece.remove_prefix(lf + 1);
    }
    out += piece;
    after_cr_ = cr < bytes.size();
    bytes.remove_prefix(cr + (after_cr_ ? 1 : 0));
  }
}

void NewlineNormalizer::finish(std::string& out) {
  if (!after_cr_) return;
  after_cr_ = false;
  ++bare_;
  out += "\r\n";
}

}  // namespace postern::wire

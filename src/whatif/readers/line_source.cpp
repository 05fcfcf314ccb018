#include "whatif/readers/line_source.hpp"

#include <cstring>
#include <utility>

#include "whatif/readers/log_text.hpp"

namespace postern::whatif {

void LineSource::one_line(std::string_view text, bool ends_with_crlf) {
  ++stats_.lines;
  follows_crlf_ = std::exchange(ends_with_crlf_, ends_with_crlf) || stats_.lines == 1;
  if (too_long_ || text.size() > max_line) {
    stats_.skip(text.substr(0, 160), "a line of more than 64 KiB");
    too_long_ = false;
    return;
  }
  text = bare_line(text);
  if (!text.empty()) line(text);
}

void LineSource::feed(std::string_view bytes) {
  stats_.bytes += bytes.size();
  while (!bytes.empty()) {
    auto const* end = static_cast<char const*>(std::memchr(bytes.data(), '\n', bytes.size()));
    if (end == nullptr) {
      if (begun_.size() + bytes.size() > max_line) too_long_ = true;
      begun_.append(bytes.substr(0, max_line - std::min(max_line, begun_.size())));
      return;
    }
    auto const length = static_cast<std::size_t>(end - bytes.data());
    bool const crlf = length > 0 ? bytes[length - 1] == '\r' : begun_.ends_with('\r');
    if (begun_.empty()) {
      one_line(bytes.substr(0, length), crlf);
    } else {
      if (begun_.size() + length > max_line)
        too_long_ = true;
      else
        begun_.append(bytes.substr(0, length));
      one_line(begun_, crlf);
      begun_.clear();
    }
    bytes.remove_prefix(length + 1);
  }
}

void LineSource::end() {
  if (!begun_.empty()) one_line(begun_, false);
  begun_.clear();
  ended();
}

}  // namespace postern::whatif

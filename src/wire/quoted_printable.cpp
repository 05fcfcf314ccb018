#include "wire/quoted_printable.hpp"

#include <array>
#include <cstdio>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t longest_line = 76;

std::string quoted(char c) {
  std::array<char, 4> escape{};
  std::snprintf(escape.data(), escape.size(), "=%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
  return escape.data();
}

void append_quoted_line(std::string_view line, std::string& out) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    char const c = line[i];
    bool const last = i + 1 == line.size();
    bool const literal = (c > ' ' && c < 0x7F && c != '=') || (is_blank(c) && !last);
    std::string const text = literal ? std::string(1, c) : quoted(c);
    if (length + text.size() > longest_line - 1) {  // one is left for the "=" of a soft line break
      out += "=\r\n";
      length = 0;
    }
    out += text;
    length += text.size();
  }
}

}  // namespace

std::string quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  while (!text.empty()) {
    auto const end = text.find("\r\n");
    append_quoted_line(text.substr(0, end), out);
    if (end == std::string_view::npos) break;
    out += "\r\n";
    text.remove_prefix(end + 2);
  }
  return out;
}

}  // namespace postern::wire

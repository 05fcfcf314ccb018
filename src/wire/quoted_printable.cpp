#include "wire/quoted_printable.hpp"

#include <array>
#include <cstdio>
#include <utility>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t longest_line = 76;

void append_quoted(char c, std::string& out) {
  std::array<char, 4> escape{};
  std::snprintf(escape.data(), escape.size(), "=%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
  out += escape.data();
}

}  // namespace

void QuotedPrintable::put(char c, bool literal, std::string& out) {
  std::size_t const size = literal ? 1 : 3;
  if (length_ + size > longest_line - 1) {  // one is left for the "=" of a soft line break
    out += "=\r\n";
    length_ = 0;
  }
  bool const begins_delimiter = c == '-' && length_ == 0;
  bool const as_it_is = literal && !begins_delimiter;
  if (as_it_is)
    out += c;
  else
    append_quoted(c, out);
  length_ += as_it_is ? 1 : 3;
}

void QuotedPrintable::feed(std::string_view text, std::string& out) {
  for (char const c : text) {
    char const held = std::exchange(held_, '\0');
    if (held == '\r' && c == '\n') {
      out += "\r\n";
      length_ = 0;
      continue;
    }
    if (held != '\0') put(held, is_blank(held) && c != '\r', out);  // a blank must not end a line
    if (is_blank(c) || c == '\r')
      held_ = c;
    else
      put(c, is_literal(c), out);
  }
}

void QuotedPrintable::finish(std::string& out) {
  if (held_ != '\0') put(std::exchange(held_, '\0'), false, out);
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  QuotedPrintable encoder;
  encoder.feed(text, out);
  encoder.finish(out);
  return out;
}

}  // namespace postern::wire

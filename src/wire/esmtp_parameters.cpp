#include "wire/esmtp_parameters.hpp"

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

int hex_digit(char c) {  // RFC 3461 section 4: upper case only
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Parameter> next_parameter(Cursor& at) {
  at.take_while(is_blank);
  if (at.at_end()) return std::nullopt;
  Parameter parameter;
  parameter.keyword = at.take_while([](char c) { return is_alnum(c) || c == '-'; });
  if (at.take('=')) {
    parameter.has_value = true;
    parameter.value = at.take_while([](char c) { return is_8bit(c) || (c > ' ' && c != 0x7F); });
    if (parameter.value.empty()) parameter.keyword = {};
  }
  if (!at.at_end() && !is_blank(at.peek())) {
    at.take_while([](char c) { return !is_blank(c); });
    parameter.keyword = {};
  }
  return parameter;
}

std::optional<std::string> decode_xtext(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      if (i + 2 >= text.size()) return std::nullopt;
      int const high = hex_digit(text[i + 1]);
      int const low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else if (text[i] < '!' || text[i] > '~' || text[i] == '=') {
      return std::nullopt;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace postern::wire

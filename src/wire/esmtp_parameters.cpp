#include "wire/esmtp_parameters.hpp"

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

int upper_hex_value(char c) {  // RFC 3461 section 4: upper case only
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The printable ASCII character for which two hexadecimal digits in either case stand.
std::optional<char> printable_escape(std::string_view digits) {
  if (digits.size() < 2) return std::nullopt;
  int const high = upper_hex_value(to_upper(digits[0]));
  int const low = upper_hex_value(to_upper(digits[1]));
  if (high < 0 || low < 0) return std::nullopt;
  int const value = high * 16 + low;
  if (value < ' ' || value > '~') return std::nullopt;
  return static_cast<char>(value);
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
      int const high = upper_hex_value(text[i + 1]);
      int const low = upper_hex_value(text[i + 2]);
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

std::string decode_sloppy_xtext(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const escaped = text[i] == '+' ? printable_escape(text.substr(i + 1)) : std::nullopt;
    out += escaped.value_or(text[i]);
    if (escaped) i += 2;
  }
  return out;
}

std::string encode_xtext(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (char const c : text) {
    if (c >= '!' && c <= '~' && c != '+' && c != '=') {
      out += c;
      continue;
    }
    auto const byte = static_cast<unsigned char>(c);
    out += '+';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace postern::wire

#include "wire/encoded_word.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "base/utf8.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t quoted_limit = 100;
constexpr std::size_t encoded_limit = 400;
constexpr std::size_t word_bytes = 33;  // 62 characters as an encoded-word, at most

// The first `most` bytes, or fewer, so that no character of UTF-8 is cut (RFC 2047 section 5).
std::string_view whole_characters(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end > 0 ? end : most);
}

}  // namespace

std::string phrase(std::string_view text) {
  if (is_ascii(text)) return in_quotes(printable(text, quoted_limit));
  bool const utf8 = is_utf8(text);
  auto const begin_word = std::string(utf8 ? "=?utf-8?b?" : "=?unknown-8bit?b?");
  std::string kept(whole_characters(text, encoded_limit));
  std::replace_if(
      kept.begin(), kept.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }, '?');
  std::string out;
  for (std::string_view rest = kept; !rest.empty();) {
    auto const word = whole_characters(rest, word_bytes);
    rest.remove_prefix(word.size());
    if (!out.empty()) out += "\r\n ";
    out += begin_word;
    out += base64(word);
    out += "?=";
  }
  return out;
}

}  // namespace postern::wire

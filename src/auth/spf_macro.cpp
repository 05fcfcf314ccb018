#include "auth/spf_macro.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "base/ascii.hpp"

namespace postern::auth {
namespace {

constexpr std::string_view macro_letters = "slodiphcrtv";
constexpr std::string_view delimiters = ".-+,/_=";
constexpr std::size_t longest_expanded_name = 253;  // RFC 1035 section 2.3.4, as text
constexpr std::size_t longest_expansion = 4096;

struct Macro {
  char letter = 0;        // as it is written: a capital one asks for URL encoding
  std::size_t parts = 0;  // of the right; 0: all
  bool reversed = false;
  std::string_view split_at;  // empty: "."
};

// "%{d2r-}" at the start of `text` is taken off it.
std::optional<Macro> take_macro(std::string_view& text) {
  auto const close = text.find('}');
  if (!text.starts_with("%{") || close == std::string_view::npos || close < 3) return std::nullopt;
  auto inner = text.substr(2, close - 2);
  text.remove_prefix(close + 1);
  Macro out;
  out.letter = inner.front();
  if (macro_letters.find(to_lower(out.letter)) == std::string_view::npos) return std::nullopt;
  inner.remove_prefix(1);
  bool has_digits = false;
  for (; !inner.empty() && is_digit(inner.front()); inner.remove_prefix(1)) {
    has_digits = true;
    out.parts = std::min<std::size_t>(out.parts * 10 + static_cast<std::size_t>(inner.front() - '0'), 128);
  }
  if (has_digits && out.parts == 0) return std::nullopt;  // section 7.1: not zero
  if (!inner.empty() && to_lower(inner.front()) == 'r') {
    out.reversed = true;
    inner.remove_prefix(1);
  }
  if (inner.find_first_not_of(delimiters) != std::string_view::npos) return std::nullopt;
  out.split_at = inner;
  return out;
}

constexpr bool is_literal(char c) { return c > 0x20 && c < 0x7F && c != '%'; }

// Takes the next piece off `text`: a macro, "%%", "%_", "%-", or one literal character.
struct Piece {
  std::optional<Macro> macro = {};
  std::string_view literal = {};
};
std::optional<Piece> take_piece(std::string_view& text) {
  Piece out;
  if (text.front() != '%') {
    if (!is_literal(text.front()) && text.front() != ' ') return std::nullopt;
    out.literal = text.substr(0, 1);
    text.remove_prefix(1);
    return out;
  }
  if (text.starts_with("%{")) {
    out.macro = take_macro(text);
    return out.macro ? std::optional(out) : std::nullopt;
  }
  if (text.starts_with("%%"))
    out.literal = "%";
  else if (text.starts_with("%_"))
    out.literal = " ";
  else if (text.starts_with("%-"))
    out.literal = "%20";
  else
    return std::nullopt;
  text.remove_prefix(2);
  return out;
}

// "1.2.3.4", or "2.0.0.1.0.d.b.8..." for IPv6 (section 7.3).
std::string dotted(IpAddress const& address) {
  if (address.is_v4()) return address.print();
  std::string out;
  constexpr std::string_view digits = "0123456789abcdef";
  for (auto const byte : address.bytes())
    for (auto const nibble : {byte >> 4, byte & 0xF}) {
      if (!out.empty()) out += '.';
      out += digits[static_cast<std::size_t>(nibble)];
    }
  return out;
}

std::string value_of(char letter, SpfMacroValues const& values) {
  auto const at = values.sender.rfind('@');
  switch (letter) {
    case 's': return std::string(values.sender);
    case 'l': return std::string(values.sender.substr(0, std::min(at, values.sender.size())));
    case 'o': return std::string(at == std::string_view::npos ? values.sender : values.sender.substr(at + 1));
    case 'd': return std::string(values.domain);
    case 'i': return dotted(values.client);
    case 'p': return values.validated_name.empty() ? "unknown" : std::string(values.validated_name);
    case 'v': return values.client.is_v4() ? "in-addr" : "ip6";
    case 'h': return std::string(values.helo);
    case 'c': return values.client.print();
    case 'r': return std::string(values.receiver.empty() ? "unknown" : values.receiver);
    case 't': return std::to_string(values.now);
    default: return {};
  }
}

std::string transformed(std::string const& value, Macro const& macro) {
  if (macro.parts == 0 && !macro.reversed && macro.split_at.empty()) return value;
  auto const split_at = macro.split_at.empty() ? std::string_view(".") : macro.split_at;
  std::vector<std::string_view> parts;
  std::string_view rest = value;
  for (;;) {
    auto const end = rest.find_first_of(split_at);
    parts.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (macro.reversed) std::reverse(parts.begin(), parts.end());
  if (macro.parts != 0 && macro.parts < parts.size())
    parts.erase(parts.begin(), parts.end() - static_cast<std::ptrdiff_t>(macro.parts));
  std::string out(parts.front());
  for (auto const part : std::span(parts).subspan(1)) {
    out += '.';
    out += part;
  }
  return out;
}

std::string url_encoded(std::string_view text) {  // RFC 3986 section 2.3: unreserved ones stay
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (char const c : text) {
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      auto const byte = static_cast<std::uint8_t>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 0xF];
    }
  }
  return out;
}

bool is_only_explained(char letter) { return letter == 'c' || letter == 'r' || letter == 't'; }

// A top label: letters, digits and hyphens, not digits alone, no hyphen at an end (section 7.1).
bool is_top_label(std::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; }) &&
         !std::all_of(label.begin(), label.end(), is_digit);
}

}  // namespace

bool is_macro_string(std::string_view text) {
  while (!text.empty())
    if (text.front() == ' ' || !take_piece(text)) return false;
  return true;
}

bool is_domain_spec(std::string_view text) {
  auto const whole = text;
  bool ends_with_macro = false;  // or with "%%", "%_", "%-"
  while (!text.empty()) {
    if (text.front() == ' ') return false;
    ends_with_macro = text.front() == '%';
    auto const piece = take_piece(text);
    if (!piece) return false;
    if (piece->macro && is_only_explained(to_lower(piece->macro->letter))) return false;  // section 7.2
  }
  if (ends_with_macro) return true;
  auto const name = whole.ends_with('.') ? whole.substr(0, whole.size() - 1) : whole;
  auto const dot = name.rfind('.');
  return dot != std::string_view::npos && is_top_label(name.substr(dot + 1));
}

bool asks_validated_name(std::string_view macro_string) {
  while (!macro_string.empty()) {
    auto const piece = take_piece(macro_string);
    if (!piece) return false;
    if (piece->macro && to_lower(piece->macro->letter) == 'p') return true;
  }
  return false;
}

std::optional<std::string> expand_macros(std::string_view macro_string, SpfMacroValues const& values) {
  std::string out;
  while (!macro_string.empty()) {
    auto const piece = take_piece(macro_string);
    if (!piece) return std::nullopt;
    if (!piece->macro) {
      out += piece->literal;
    } else {
      char const letter = to_lower(piece->macro->letter);
      if (is_only_explained(letter) && !values.explains) return std::nullopt;
      auto const value = transformed(value_of(letter, values), *piece->macro);
      out += is_upper(piece->macro->letter) ? url_encoded(value) : value;
    }
    if (out.size() > longest_expansion) return std::nullopt;
  }
  return out;
}

std::optional<std::string> expand_domain_spec(std::string_view spec, SpfMacroValues const& values) {
  auto name = expand_macros(spec, values);
  if (!name) return std::nullopt;
  if (name->ends_with('.')) name->pop_back();
  while (name->size() > longest_expanded_name) {
    auto const dot = name->find('.');
    if (dot == std::string::npos) break;  // it cannot be asked about
    name->erase(0, dot + 1);
  }
  return lowered(*name);
}

}  // namespace postern::auth

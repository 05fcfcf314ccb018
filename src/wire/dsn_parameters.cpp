#include "wire/dsn_parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "wire/esmtp_parameters.hpp"

namespace postern::wire {
namespace {

constexpr std::string_view embedded_start = "\\x{";

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::optional<std::string> canonical_xtext(std::string_view value) {
  auto const meant = decode_sloppy_xtext(value);
  if (meant.empty() || !is_printable_ascii(meant)) return std::nullopt;
  return encode_xtext(meant);
}

void append_utf8(std::string& out, std::uint32_t point) {
  auto const add = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point < 0x80) return add(point);
  if (point < 0x800) {
    add(0xC0U | (point >> 6));
  } else if (point < 0x10000) {
    add(0xE0U | (point >> 12));
    add(0x80U | ((point >> 6) & 0x3FU));
  } else {
    add(0xF0U | (point >> 18));
    add(0x80U | ((point >> 12) & 0x3FU));
    add(0x80U | ((point >> 6) & 0x3FU));
  }
  add(0x80U | (point & 0x3FU));
}

// Takes a character from the front of well-formed UTF-8.
std::uint32_t take_point(std::string_view& text) {
  auto const lead = static_cast<unsigned char>(text[0]);
  std::size_t const length =
      1U + (lead >= 0xC0 ? 1U : 0U) + (lead >= 0xE0 ? 1U : 0U) + (lead >= 0xF0 ? 1U : 0U);
  std::uint32_t point = length == 1 ? std::uint32_t{lead} : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return point;
}

// EmbeddedUnicodeChar = %x5C.78 "{" HEXPOINT "}"                       RFC 6533 section 3
std::optional<std::uint32_t> take_embedded(std::string_view& text) {
  auto const close = text.find('}');
  if (close == std::string_view::npos) return std::nullopt;
  auto const digits = text.substr(embedded_start.size(), close - embedded_start.size());
  std::uint32_t point = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), point, 16);
  bool const whole = error == std::errc{} && end == digits.data() + digits.size() && digits.size() <= 6;
  if (!whole || point > 0x10FFFF) return std::nullopt;
  text.remove_prefix(close + 1);
  return point;
}

// utf-8-enc-addr, of which both forms and the plain address may be mixed. RFC 6533 section 3
std::optional<std::string> decode_utf8_address(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.substr(0, embedded_start.size()) == embedded_start) {
      auto const point = take_embedded(text);
      if (!point) return std::nullopt;
      append_utf8(out, *point);
    } else {
      out += text[0];
      text.remove_prefix(1);
    }
  }
  if (out.empty() || !is_utf8(out)) return std::nullopt;
  return out;
}

// utf-8-addr-xtext, the form in ASCII that every server may be told. Absent: there is a control character.
std::optional<std::string> encode_utf8_address(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto const point = take_point(text);
    if (point < ' ' || (point >= 0x7F && point < 0xA0)) return std::nullopt;
    bool const stands_for_itself =
        point > ' ' && point < 0x7F && point != '+' && point != '=' && point != '\\';  // QCHAR
    if (stands_for_itself) {
      out += static_cast<char>(point);
      continue;
    }
    std::array<char, 16> embedded{};
    std::snprintf(embedded.data(), embedded.size(), "\\x{%02X}", static_cast<unsigned>(point));
    out += embedded.data();
  }
  return out;
}

std::optional<std::string> canonical_utf8_address(std::string_view value) {
  auto const meant = decode_utf8_address(value);
  return meant ? encode_utf8_address(*meant) : std::nullopt;
}

}  // namespace

std::optional<std::string> read_envid(std::string_view value) {
  auto envid = canonical_xtext(value);
  return envid && envid->size() <= envid_limit ? envid : std::nullopt;
}

std::optional<std::string> read_orcpt(std::string_view value) {
  auto const semicolon = value.find(';');
  if (semicolon == std::string_view::npos || semicolon == 0) return std::nullopt;
  auto const type = value.substr(0, semicolon);
  auto const address = value.substr(semicolon + 1);
  if (!std::all_of(type.begin(), type.end(), [](char c) { return is_alnum(c) || c == '-'; }))
    return std::nullopt;
  auto const canonical = iequals(type, "utf-8") ? canonical_utf8_address(address) : canonical_xtext(address);
  if (!canonical || type.size() + 1 + canonical->size() > orcpt_limit) return std::nullopt;
  return std::string(type) + ";" + *canonical;
}

}  // namespace postern::wire

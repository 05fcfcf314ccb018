// Letters, digits and blanks of US-ASCII, whatever the locale says.
#pragma once

#include <string>
#include <string_view>

namespace postern {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_alpha(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
constexpr bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_8bit(char c) { return static_cast<unsigned char>(c) >= 0x80; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char to_upper(char c) { return (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c; }

bool is_atext(char c);  // RFC 5322 section 3.2.3, with UTF-8 (RFC 6531 section 3.3)
bool iequals(std::string_view a, std::string_view b);  // equal but for the case of ASCII letters
bool istarts_with(std::string_view text, std::string_view prefix);
std::string lowered(std::string_view text);
std::string_view trimmed(std::string_view text);  // without blanks, CR and LF at both ends
bool is_ascii(std::string_view text);
std::string in_quotes(std::string_view text);  // in double quotes, with a backslash before " and backslash

// The text with everything outside of printable ASCII replaced by '?': for logs and replies that quote a
// stranger. `limit`: bytes kept at most.
std::string printable(std::string_view text, std::size_t limit = 256);

}  // namespace postern

// What the wire may carry, by definition and without the code under test: CR before LF only, and LF behind CR
// only (RFC 5321 section 2.3.8).
#pragma once

#include <string>
#include <string_view>

namespace postern::tests {

inline bool only_crlf(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return false;
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return false;
  }
  return true;
}

// What DATA may carry: the first CRLF.CRLF is the end, the CRLF of the command itself counting as the first.
inline bool ends_once(std::string_view sent) {
  std::string const whole = "\r\n" + std::string(sent);
  return whole.find("\r\n.\r\n") == whole.size() - 5;
}

}  // namespace postern::tests

// Quoted-printable (RFC 2045 section 6.7): text in which all is printable ASCII and no line is longer than 76
// characters. Line ends (CRLF) stay line ends; a CR or LF alone is encoded as the byte it is. No line begins
// with "-", so that no encoded text passes for a delimiter of parts (RFC 2046 section 5.1.1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::wire {

class QuotedPrintable {
 public:
  void feed(std::string_view text, std::string& out);  // appends; text cut anywhere
  void finish(std::string& out);

  static bool is_literal(char c) { return (c >= ' ' && c < 0x7F && c != '=') || c == '\t'; }

 private:
  void put(char c, bool literal, std::string& out);

  std::size_t length_ = 0;  // of the current line
  char held_ = '\0';        // a blank or CR, whose form depends on what follows; NUL: none
};

std::string quoted_printable(std::string_view text);

}  // namespace postern::wire

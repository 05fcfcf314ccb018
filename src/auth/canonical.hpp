// The canonical forms in which DKIM hashes a message (RFC 6376 section 3.4), so that what relays do to white
// space breaks no signature, as far as the signer wished.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::auth {

inline constexpr std::string_view crlf = "\r\n";

enum class Canonical : std::uint8_t { simple, relaxed };

// A header field, with or without its final CRLF, in its canonical form, which ends with CRLF (sections
// 3.4.1, 3.4.2).
std::string canonical_field(std::string_view field, Canonical form);

// The body of a message goes by; its canonical form comes out, in pieces (sections 3.4.3, 3.4.4). Lines end
// with CRLF; a CR or an LF alone is a character like others. Bounds: keeps a count of empty lines, no text.
class CanonicalBody {
 public:
  explicit CanonicalBody(Canonical form) : form_(form) {}

  void feed(std::string_view bytes, std::string& out);  // cut anywhere; appends
  void finish(std::string& out);

 private:
  void put(char c, std::string& out);
  void end_line(std::string& out);
  void release(std::string& out);

  Canonical form_;
  std::uint64_t empty_lines_ = 0;  // that have not been given out, since they may be the last ones
  bool after_cr_ = false;
  bool blanks_ = false;    // white space that has not been given out, since the line may end with it
  bool in_line_ = false;   // something of the current line has been given out
  bool anything_ = false;  // something has been given out
};

}  // namespace postern::auth

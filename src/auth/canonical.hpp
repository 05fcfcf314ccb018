// The canonical forms in which DKIM hashes a message (RFC 6376 section 3.4), so that what relays do to white
// space breaks no signature, as far as the signer wished.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/ascii.hpp"

namespace postern::auth {

inline constexpr std::string_view crlf = "\r\n";

enum class Canonical : std::uint8_t { simple, relaxed };

// A header field, with or without its final CRLF, in its canonical form, which ends with CRLF (sections
// 3.4.1, 3.4.2).
std::string canonical_field(std::string_view field, Canonical form);

// The body of a message goes by; its canonical form comes out, in pieces (sections 3.4.3, 3.4.4). Lines end
// with CRLF; a CR or an LF alone is a character like others. Bounds: keeps a count of empty lines and at most
// 16 KiB of text, however many empty lines there are.
class CanonicalBody {
 public:
  using Sink = std::function<void(std::string_view piece)>;

  explicit CanonicalBody(Canonical form) : form_(form) {}

  void feed(std::string_view bytes, Sink const& sink);  // cut anywhere
  void finish(Sink const& sink);

 private:
  bool is_special(char c) const { return c == '\r' || (form_ == Canonical::relaxed && is_blank(c)); }
  void give_out(std::string_view text, Sink const& sink);
  void flush(Sink const& sink);
  void put_text(std::string_view text, Sink const& sink);
  void end_line(Sink const& sink);

  Canonical form_;
  std::string buffer_;
  std::uint64_t empty_lines_ = 0;  // that have not been given out, since they may be the last ones
  bool after_cr_ = false;
  bool blanks_ = false;    // white space that has not been given out, since the line may end with it
  bool in_line_ = false;   // something of the current line has been given out
  bool anything_ = false;  // something has been given out
};

}  // namespace postern::auth

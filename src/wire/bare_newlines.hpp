// Rewrites every CR and every LF that stands alone to CRLF, and counts them (RFC 5321 section 2.3.8). The
// lines that come out end with CRLF only, so no server further on can see another line end in them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire {

class NewlineNormalizer {
 public:
  void feed(std::string_view bytes, std::string& out);  // appends to `out`
  void finish(std::string& out);                        // a CR at the very end is bare, too
  std::uint64_t bare() const { return bare_; }          // how many have been rewritten

 private:
  std::uint64_t bare_ = 0;
  bool after_cr_ = false;
};

}  // namespace postern::wire

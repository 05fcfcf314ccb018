// Watches bytes go by and tells whether each CR stands before an LF and each LF behind a CR (RFC 5321 section
// 2.3.8), also where they are cut. It shares no code with what writes such lines, so that one checks the
// other.
#pragma once

#include <string_view>

namespace postern::wire {

class LineEndCheck {
 public:
  bool feed(std::string_view bytes);            // false: a CR or LF stands alone
  bool complete() const { return !after_cr_; }  // the last byte is no CR that still waits for its LF

 private:
  bool after_cr_ = false;
};

}  // namespace postern::wire

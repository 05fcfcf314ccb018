// Lines of a local program, which end with LF or with CRLF, as lines that end with CRLF: for content on the
// standard input of `sendmail -bs`, where a line of a lone dot ends the message whichever end it has. Never
// for content from the network, where only CRLF.CRLF may end a message (RFC 5321 section 4.1.1.4). A CR that
// no LF follows is passed on as it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::wire {

class LfLines {
 public:
  // Takes the bytes up to the first LF and with it, or all of them when there is none; appends to `out`.
  // Returns how many were taken.
  std::size_t take(std::string_view bytes, std::string& out);

 private:
  bool after_cr_ = false;  // the bytes before ended with CR
};

}  // namespace postern::wire

// Base64 as the body of a MIME part (RFC 2045 section 6.8): lines of 76 characters, with CRLF between them
// and none behind the last. Keeps less than a line.
#pragma once

#include <string>
#include <string_view>

namespace postern::wire {

class Base64Lines {
 public:
  void feed(std::string_view bytes, std::string& out);  // appends; bytes cut anywhere
  void finish(std::string& out);

 private:
  void put_line(std::string_view bytes, std::string& out);

  std::string rest_;  // less than a line holds
  bool begun_ = false;
};

}  // namespace postern::wire

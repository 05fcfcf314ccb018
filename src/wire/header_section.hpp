// Watches a message's header section go by (RFC 5322 section 2.1): how long it is, and how many Received
// fields it has, which is how loops are seen (RFC 5321 section 6.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::wire {

class HeaderSection {
 public:
  void feed(std::string_view bytes);  // lines that end with CRLF, cut anywhere

  std::uint64_t bytes() const { return bytes_; }  // of the header section so far
  std::uint32_t received() const { return received_; }
  bool ended() const { return ended_; }

 private:
  std::uint64_t bytes_ = 0;
  std::uint32_t received_ = 0;
  std::uint32_t column_ = 0;  // bytes of the current line so far
  bool matches_ = true;       // whether they spell the start of "Received:"
  bool blank_ = true;         // whether they are only a CR
  bool ended_ = false;
};

}  // namespace postern::wire

// Watches a message's header section go by (RFC 5322 section 2.1): how long it is, how many Received fields
// it has, by which loops are detected (RFC 5321 section 6.3), whether it says "TLS-Required: No" (RFC 8689
// section 3), and whether it is ASCII (RFC 6532). Keeps the start of the current line, nothing else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::wire {

class HeaderSection {
 public:
  void feed(std::string_view bytes);  // lines that end with CRLF, cut anywhere

  std::uint64_t bytes() const { return bytes_; }  // of the header section so far
  std::uint32_t received() const { return received_; }
  bool tls_optional() const { return tls_optional_; }
  bool has_8bit() const { return has_8bit_; }
  bool ended() const { return ended_; }

 private:
  void end_line();

  std::uint64_t bytes_ = 0;
  std::uint32_t received_ = 0;
  std::array<char, 32> line_{};
  std::size_t length_ = 0;  // of the current line so far, without its end; it may exceed what line_ holds
  bool tls_optional_ = false;
  bool has_8bit_ = false;
  bool ended_ = false;
};

}  // namespace postern::wire

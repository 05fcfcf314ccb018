// A server's reply (RFC 5321 section 4.2, RFC 2034): printed by the server, read by clients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/enhanced_status.hpp"

namespace postern::wire {

struct Reply {
  std::uint16_t code = 0;  // 200 to 599
  EnhancedStatus status;   // printed at the start of every line when present
  std::string text;        // lines separated by '\n', without CR

  // "550 5.subject.detail" where it is permanent, else "451 4.subject.detail".
  static Reply failure(bool permanent, std::uint16_t subject, std::uint16_t detail, std::string text);

  bool positive() const { return code >= 200 && code < 300; }
  bool intermediate() const { return code >= 300 && code < 400; }
  bool permanent() const { return code >= 500; }
  std::string print() const;     // with CRLF after every line
  std::string one_line() const;  // "550 5.1.1 no such user", for logs and reports
};

enum class ReplyError : std::uint8_t { bad_code, mixed_codes, line_too_long, too_long };

// Reads replies from what arrives, a line at a time.
// Bounds: 4,096 bytes per line, 64 KiB per reply. What is longer is an error, and the connection is of no
// more use.
class ReplyReader {
 public:
  // `line`: without its CRLF. Absent: the reply goes on. The status is split off the text when each line has
  // it.
  Result<std::optional<Reply>, ReplyError> on_line(std::string_view line);

 private:
  Reply reply_;
};

}  // namespace postern::wire

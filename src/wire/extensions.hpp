// The service extensions a server announces in its answer to EHLO (RFC 5321 section 4.1.1.1).
#pragma once

#include <cstdint>
#include <string>

namespace postern::wire {

struct Extensions {
  std::uint64_t size_limit = 0;      // RFC 1870; bytes
  std::uint32_t max_recipients = 0;  // RFC 9422 LIMITS RCPTMAX
  std::uint32_t max_mails = 0;       // RFC 9422 LIMITS MAILMAX; 0: no limit, not announced
  bool starttls = false;             // RFC 3207
  bool requiretls = false;           // RFC 8689: under TLS only
};

// The text of the reply to EHLO behind `greeting`, lines separated by '\n'. What is always there, is always
// announced: PIPELINING, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, CHUNKING, BINARYMIME, DSN.
std::string print_extensions(std::string const& greeting, Extensions const& extensions);

}  // namespace postern::wire

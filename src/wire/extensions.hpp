// The service extensions a server announces in its answer to EHLO (RFC 5321 section 4.1.1.1): ours, and those
// of the servers we send to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire {

struct Extensions {
  std::uint64_t size_limit = 0;      // RFC 1870; bytes
  std::uint32_t max_recipients = 0;  // RFC 9422 LIMITS RCPTMAX
  std::uint32_t max_mails = 0;       // RFC 9422 LIMITS MAILMAX; 0: no limit, not announced
  bool starttls = false;             // RFC 3207
  bool requiretls = false;           // RFC 8689: under TLS only
  bool auth = false;                 // RFC 4954: PLAIN and LOGIN, under TLS only
};

// The text of the reply to EHLO: `greeting`, then one line per extension, separated by '\n'. These are always
// announced: PIPELINING, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, CHUNKING, BINARYMIME, DSN.
std::string print_extensions(std::string const& greeting, Extensions const& extensions);

struct PeerExtensions {
  bool pipelining = false;
  bool starttls = false;
  bool requiretls = false;
  bool eight_bit_mime = false;
  bool smtputf8 = false;
  bool chunking = false;
  bool binary_mime = false;
  bool dsn = false;
  bool size = false;
  std::uint64_t size_limit = 0;      // bytes; 0: not said
  std::uint32_t max_recipients = 0;  // RFC 9422: in a transaction; 0: not said
  std::uint32_t max_mails = 0;       // RFC 9422: in a session; 0: not said
  bool auth_plain = false;           // RFC 4954
  bool auth_login = false;
};

// `text`: of the reply to EHLO, its lines separated by '\n'; the first is the greeting. Lines that are
// unknown or malformed are passed over.
PeerExtensions parse_extensions(std::string_view text);

}  // namespace postern::wire

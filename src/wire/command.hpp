// A command line: its verb and its argument (RFC 5321 section 4.1.1).
#pragma once

#include <cstdint>
#include <string_view>

namespace postern::wire {

enum class Verb : std::uint8_t {
  helo,
  ehlo,
  mail,
  rcpt,
  data,
  bdat,
  rset,
  noop,
  vrfy,
  expn,
  help,
  quit,
  starttls,
  auth,
  unknown
};

struct Command {
  Verb verb = Verb::unknown;
  std::string_view argument;  // without the blanks around it
};

// Lifetime: the argument is a view into `line`.
Command parse_command(std::string_view line);
std::string_view print(Verb verb);  // upper case

}  // namespace postern::wire

// What the name of a log's file tells of its place among the parts of that log: a number that rotation counts
// up, a date with or without a time, or nothing.
#pragma once

#include <string>
#include <string_view>

namespace postern::app {

struct RotatedName {
  std::string series;  // the name without compression's ending, date and number: "mail.log" of mail.log.2.gz
  std::string age;     // orders the parts of a series: the oldest is the least
  bool operator==(RotatedName const&) const = default;
};

std::string_view without_compression(std::string_view file_name);  // .gz, .xz, .zst, .bz2 taken off

// Known are, with compression's ending behind it or not:
//   mail.log.1, mail.1.log                      a number: the largest is oldest
//   mail.log-20261125, mail-2026-11-25.log, RECV2026112510-1.LOG, 2026.11.25-smtpLog.log,
//   MDaemon-2026-11-25-SMTP-(in).log, mail.log-20261125-1795564800, mail-2026-11.log
//                                               a date anywhere in the name, perhaps with a time or numbers
//                                               behind it: the least is oldest
//   mail.log-1795564800                         seconds since 1970
// A name with none of these is that of the part which is still written.
RotatedName rotated_name(std::string_view file_name);

}  // namespace postern::app

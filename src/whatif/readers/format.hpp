// The forms of input there are readers for, in the order in which recognise() asks for them: a form that is
// sure of its own comes before those that are content with less.
#pragma once

#include <cstddef>
#include <cstdint>

namespace postern::whatif {

enum class Format : std::uint8_t {
  facts,     // Postern's own facts.db
  extract,   // what --extract has written
  journal,   // journalctl -o export
  mbox,      // many messages in one file
  exchange,  // Exchange's SMTP receive protocol log
  csv,       // the generic form as a table
  message,   // one message: a file of a Maildir
  haraka,
  proofpoint,  // Proofpoint on Demand's JSON records
  json_lines,  // KumoMTA's, and the generic form
  fortimail,
  cisco,
  stalwart,
  hmailserver,
  mdaemon,
  smartermail,
  rspamd,
  opensmtpd,  // its own output; in a system log it is read by system_log
  exim,       // its main log; in a system log it is read by system_log
  system_log  // Postfix, sendmail, OpenSMTPD, Exim and Barracuda by way of syslog
};
constexpr std::size_t format_count = static_cast<std::size_t>(Format::system_log) + 1;

}  // namespace postern::whatif

// Words that stand in a line of a system log and are neither its time nor its host nor its program.
#pragma once

#include <cstdint>
#include <string_view>

namespace postern::whatif {

// A priority: "mail.info" (BusyBox), "<mail.info>" and "<2.6>" (FreeBSD's syslogd -vv and -v), "mail:info"
// (AIX), "INFO", "[info]".
bool is_priority(std::string_view word);

// Whether a program of that name is one of Postfix's: the last part of it is one of Postfix's daemons,
// whatever syslog_name stands before it ("mx/smtpd", "mail/submission/smtpd").
bool is_postfix_program(std::string_view program);

// Which of Postfix's daemons wrote a text, where the log does not name it (journalctl -o cat and with-unit):
// "smtpd". Empty: the text is none of those that are read. Static.
std::string_view postfix_daemon_of(std::string_view text);

// A number that stands for the process, where the log does not name it: the same for all lines of smtpd about
// one client. Sessions that one client has at the same time cannot be told apart by it. 0: no client is
// named.
std::uint64_t process_of_client(std::string_view text);

}  // namespace postern::whatif

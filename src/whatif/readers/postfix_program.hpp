// What the name of a program in a Postfix log tells: "postfix-in/submission/smtpd" is the daemon smtpd of the
// service submission of the instance postfix-in.
// Lifetime: views into the name.
#pragma once

#include <cstdint>
#include <string_view>

namespace postern::whatif {

enum class PostfixDaemon : std::uint8_t { smtpd, qmgr, cleanup, pickup, postscreen, tlsproxy, other };

PostfixDaemon postfix_daemon(std::string_view program);
std::string_view postfix_instance(std::string_view program);

// A service for users who hand in mail (RFC 6409, RFC 8314), by its syslog_name.
bool is_postfix_submission(std::string_view program);

}  // namespace postern::whatif

// RCPT's argument: "TO:" Forward-path [SP Rcpt-parameters] (RFC 5321 section 4.1.1.3) with NOTIFY and ORCPT
// (RFC 3461 section 4.1, 4.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "base/result.hpp"
#include "wire/mail_command.hpp"

namespace postern::wire {

// RFC 3461 section 4.1: NEVER stands alone; unsaid means failure, and delay if the server likes.
struct Notify {
  bool said = false;
  bool success = false;
  bool failure = false;
  bool delay = false;

  bool wants_failure() const { return !said || failure; }
  std::string print() const;  // "NEVER", "SUCCESS,FAILURE", or nothing when unsaid
  static Result<Notify, ArgumentError> parse(std::string_view value);
};

struct RcptCommand {
  Address forward_path;
  Notify notify{};
  std::string orcpt{};  // addr-type ";" xtext, 500 characters at most; empty as MailCommand::envid
};

Result<RcptCommand, ArgumentError> parse_rcpt(std::string_view argument);

}  // namespace postern::wire

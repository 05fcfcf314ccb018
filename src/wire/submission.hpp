// A message as a local program hands it over (`sendmail -t`), made fit to be sent (RFC 6409 section 8): lines
// end with CRLF, whatever they ended with; Bcc and Resent-Bcc are taken out; what is missing is added: From,
// Date, Message-ID. A byte order mark at the beginning is left out. NUL, 8-bit bytes and long lines are kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"

namespace postern::wire {

struct SubmissionContext {
  std::string from = {};       // address of who sends it, for a missing From
  std::string full_name = {};  // before that address, in UTF-8; may be empty
  std::string hostname = {};   // for Message-ID
  std::string origin = {};     // the domain of addresses without one
  std::string unique = {};     // for Message-ID
  Instant now = {};
  // The recipients are those of To, Cc and Bcc; of Resent-To, Resent-Cc and Resent-Bcc instead when there is
  // any Resent- field (RFC 5322 section 3.6.6). Those below a Received field are of an earlier resending,
  // unless there are none above.
  bool reads_recipients = false;
};

struct Submission {
  std::string content = {};
  std::vector<Address> recipients = {};  // those of the header, when asked for
};

// The error is for people.
Result<Submission, std::string> prepare_submission(std::string_view text, SubmissionContext const& context);

// Whether a line of standard input, without its LF, ends a message for sendmail: a dot and nothing else. A
// dot and a blank is text.
bool is_lone_dot(std::string_view line);

}  // namespace postern::wire

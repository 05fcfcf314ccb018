// A message as a local program hands it over (`sendmail -t`), made fit to be sent (RFC 6409 section 8): lines
// end with CRLF, Bcc is taken out, and what is missing is added: From, Date, Message-ID.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"

namespace postern::wire {

struct SubmissionContext {
  std::string from;       // address of who sends it, for a missing From
  std::string full_name;  // may be empty
  std::string hostname;   // for Message-ID, and addresses without a domain
  std::string unique;     // for Message-ID
  Instant now{};
  bool reads_recipients = false;  // from To, Cc and Bcc
};

struct Submission {
  std::string content;
  std::vector<Address> recipients;  // those of the header, when asked for
};

// The error is for people.
Result<Submission, std::string> prepare_submission(std::string_view text, SubmissionContext const& context);

}  // namespace postern::wire

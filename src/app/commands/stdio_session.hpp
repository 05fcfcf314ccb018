// An SMTP conversation on standard input and output, as `sendmail -bs` holds it: the same dialogue as on the
// network; what is accepted goes to the maildrop. A program whose DATA command ends with a bare LF speaks in
// lines that end with LF: its content ends at LF.LF, too (wire/lf_lines). One whose DATA command ends with
// CRLF ends its content with CRLF.CRLF only. Blocking.
#pragma once

#include <string>

#include "dialogue/smtp_settings.hpp"
#include "policy/directory.hpp"

namespace postern::app {

// Gives the exit status (sysexits.h). It is 0 if no message was refused, at MAIL already or later, and none
// was left unfinished; a transaction that RSET or a new greeting ended is neither.
int hold_stdio_session(dialogue::SmtpSettings settings, policy::Directory const& directory,
                       std::string const& maildrop);

}  // namespace postern::app

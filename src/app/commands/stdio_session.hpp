// An SMTP conversation on standard input and output, as `sendmail -bs` holds it: the same dialogue as on the
// network; what is accepted goes to the maildrop. Blocking.
#pragma once

#include <string>

#include "dialogue/smtp_settings.hpp"
#include "policy/directory.hpp"

namespace postern::app {

void hold_stdio_session(dialogue::SmtpSettings const& settings, policy::Directory const& directory,
                        std::string const& maildrop);

}  // namespace postern::app

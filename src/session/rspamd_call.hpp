// Asks rspamd about a message by its HTTP protocol (wire/rspamd), one connection for each.
#pragma once

#include "session/filter_call.hpp"

namespace postern::session {

net::Task<FilterResult> ask_rspamd(FilterQuestion question);

}  // namespace postern::session

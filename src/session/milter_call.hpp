// Asks a milter about a message (wire/milter_answer), one connection for each. The whole conversation is held
// when the content has come: connection, greeting, sender, the recipients that were accepted, header section
// and body, in this order.
#pragma once

#include "session/filter_call.hpp"
#include "wire/milter_answer.hpp"

namespace postern::session {

net::Task<FilterResult> ask_milter(FilterQuestion question);

}  // namespace postern::session

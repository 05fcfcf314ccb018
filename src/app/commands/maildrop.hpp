// Leaves a message for the server in its maildrop: it is safe on disk when this says so, whether the server
// runs or not. Blocking.
#pragma once

#include <cstdint>
#include <string>

#include "app/commands/send_refusal.hpp"
#include "base/result.hpp"
#include "wire/dropped_message.hpp"

namespace postern::app {

// Nothing is left that wire::parse_dropped_message would not take when the server picks it up. `limit`: bytes
// of content. After an error nothing is left behind.
Result<void, SendRefusal> leave_message(std::string const& directory, wire::DroppedMessage const& message,
                                        std::uint64_t limit);

}  // namespace postern::app

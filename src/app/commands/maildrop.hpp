// Leaves a message for the server in its maildrop: it is safe on disk when this says so, whether the server
// runs or not. Blocking.
#pragma once

#include <string>

#include "base/result.hpp"
#include "wire/dropped_message.hpp"

namespace postern::app {

// The error is for people; nothing is left behind then.
Result<void, std::string> leave_message(std::string const& directory, wire::DroppedMessage const& message);

}  // namespace postern::app

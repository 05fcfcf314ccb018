// `postern whatif --extract`: the arrivals alone, instead of an answer.
#pragma once

#include <vector>

#include "app/commands/commands.hpp"
#include "app/inputs/replay_inputs.hpp"

namespace postern::app {

// The exit code: 2 when it cannot be written, or holds no message.
int write_extract(WhatIfOptions const& options, std::vector<Network> internal, OpenedInputs& opened);

}  // namespace postern::app

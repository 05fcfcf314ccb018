// Replays the arrivals of many inputs in order of time, reading several at once.
#pragma once

#include <functional>

#include "app/whatif/source_reader.hpp"
#include "whatif/replay.hpp"

namespace postern::app {

// `progress`: called now and then with the bytes read so far.
void replay_inputs(std::vector<std::unique_ptr<SourceReader>>& readers, whatif::Replay& replay,
                   std::function<void(std::uint64_t)> const& progress);

}  // namespace postern::app

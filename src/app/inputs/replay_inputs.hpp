// Replays the arrivals of many inputs in order of time, reading several at once.
#pragma once

#include <functional>

#include "app/inputs/source_reader.hpp"
#include "whatif/replay/replay.hpp"

namespace postern::app {

struct OpenedInputs {
  std::vector<std::unique_ptr<SourceReader>> readers;
  std::uint64_t bytes = 0;  // 0: not known
};

// Files, directories, "-". What cannot be read is told on standard error. `settings`: each input's time of
// change is put in.
OpenedInputs open_inputs(std::vector<std::string> const& paths, std::optional<whatif::Format> format,
                         whatif::SourceSettings settings);

// `progress`: called now and then with the bytes read so far.
void replay_inputs(std::vector<std::unique_ptr<SourceReader>>& readers, whatif::Replay& replay,
                   std::function<void(std::uint64_t)> const& progress);

}  // namespace postern::app

// Replays the receptions of many inputs in order of time, reading several at once.
#pragma once

#include <functional>

#include "app/inputs/source_reader.hpp"
#include "whatif/replay/replay.hpp"

namespace postern::app {

struct OpenedInputs {
  std::vector<std::unique_ptr<SourceReader>> readers;
  std::uint64_t bytes = 0;  // 0: not known
};

// Opens files, directories and "-"; reports on standard error what cannot be read. `settings`: for all of
// them; each gets the time of its own last change in addition.
OpenedInputs open_inputs(std::vector<std::string> const& paths, std::optional<whatif::Format> format,
                         whatif::SourceSettings settings);

// `take` gets each reception in order of time, or nearly, and says how many messages it has counted of it.
// `progress`: called now and then with the bytes read so far.
void merge_inputs(std::vector<std::unique_ptr<SourceReader>>& readers,
                  std::function<std::uint64_t(whatif::Reception&&)> const& take,
                  std::function<void(std::uint64_t)> const& progress);

void replay_inputs(std::vector<std::unique_ptr<SourceReader>>& readers, whatif::Replay& replay,
                   std::function<void(std::uint64_t)> const& progress);

// Whether each input could be read when its turn came; those that could not are named on standard error.
bool were_all_read(std::vector<std::unique_ptr<SourceReader>> const& readers);

}  // namespace postern::app

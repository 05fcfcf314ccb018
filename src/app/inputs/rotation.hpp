// Which files are parts of one log that was cut by rotation, or that its program begins anew each hour or
// day: those in one directory whose names differ in a number or a date only (rotated_name.hpp), that are of
// the same form, and of which none begins before the one before it ends.
#pragma once

#include <optional>
#include <vector>

#include "app/inputs/inputs.hpp"
#include "whatif/facts_source.hpp"
#include "whatif/readers/format.hpp"

namespace postern::app {

// Puts the parts of each series in the place of its newest one, with the paths of the others in `earlier`.
// What cannot be opened stays as it is, for whoever reads it to tell.
std::vector<InputPath> join_rotations(std::vector<InputPath> inputs, std::optional<whatif::Format> format,
                                      whatif::SourceSettings const& settings);

}  // namespace postern::app

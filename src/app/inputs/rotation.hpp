// Which files are parts of one log that was cut by rotation: those in one directory whose names differ in a
// number or a date only, that are of the same form, and of which none begins before the one before it ends.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/inputs/inputs.hpp"
#include "whatif/facts_source.hpp"
#include "whatif/readers/format.hpp"

namespace postern::app {

struct RotatedName {
  std::string series;  // "mail.log" of mail.log, mail.log.1, mail.log.2.gz, mail.log-20261101.gz
  std::string age;     // orders the parts of a series: the oldest is the least
  bool operator==(RotatedName const&) const = default;
};
RotatedName rotated_name(std::string_view file_name);

// Puts the parts of each series in the place of its newest one, with the paths of the others in `earlier`.
// What cannot be opened stays as it is, for whoever reads it to tell.
std::vector<InputPath> join_rotations(std::vector<InputPath> inputs, std::optional<whatif::Format> format,
                                      whatif::SourceSettings const& settings);

}  // namespace postern::app

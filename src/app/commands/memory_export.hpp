// The lines of `postern memory export`: JSON objects whose keys are the columns of tls_memory
// (docs/facts.md). What is absent or empty is left out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/tls_memory.hpp"

namespace postern::app {

// How each line begins: by this an export is recognised.
constexpr std::string_view export_begins = "{\"postern_memory\":1,";

std::string print_export_line(policy::MemoryEntry const& entry);  // without a newline

// Absent: it is no such line.
std::optional<policy::MemoryEntry> parse_export_line(std::string const& line);

}  // namespace postern::app

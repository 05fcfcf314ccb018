// All readers of inputs, and what is asked of them as a whole.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "whatif/readers/reader_entry.hpp"

namespace postern::whatif {

std::span<ReaderEntry const> readers();  // in order of Format

std::optional<Format> parse_format(std::string_view name);  // as --format has it
std::string format_names();                                 // "facts, journal, ..."
std::string format_help();                                  // "facts (Postern's own facts.db), ..."

// The reader of an input; null for Format::facts, which is no stream.
std::unique_ptr<FactsSource> make_source(Format format, SourceSettings settings, ReceptionSink& sink);

}  // namespace postern::whatif

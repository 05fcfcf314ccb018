// What a reader tells of itself. A new format is a name in Format, a file that exports such an entry, and a
// row in readers.cpp; recognition, --format and its help follow from that.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "whatif/facts_source.hpp"
#include "whatif/readers/format.hpp"
#include "whatif/readers/log_time.hpp"

namespace postern::whatif {

struct ReaderEntry {
  Format format{};
  std::string_view name;   // what --format calls it: "exim"
  std::string_view reads;  // a phrase for its help: "Exim's main log"

  // The evidence by which its inputs are recognised; null: it has none of that kind.
  bool (*head_looks_like)(std::string_view start) = nullptr;  // the first bytes show the form of the whole
  bool (*line_looks_like)(std::string_view line) = nullptr;   // one of many lines is of that form

  // When a line was, of a form that is known by its first bytes and is written into one file after another,
  // so that a session may begin in one and end in the next; null: it is not.
  std::optional<Instant> (*time_of_line)(std::string_view line, LogClock& clock) = nullptr;

  // Whether its sessions and messages may be cut in two where a file ends.
  bool is_cut_by_rotation() const { return line_looks_like != nullptr || time_of_line != nullptr; }

  // Null: what it reads is no stream of bytes (facts.db).
  std::unique_ptr<FactsSource> (*make)(SourceSettings settings, ReceptionSink& sink) = nullptr;
};

template <class Reader>
std::unique_ptr<FactsSource> make_reader(SourceSettings settings, ReceptionSink& sink) {
  return std::make_unique<Reader>(std::move(settings), sink);
}

}  // namespace postern::whatif

// What a reader tells of itself. A new format is a name in Format, a file that exports such an entry, and a
// row in readers.cpp; recognition, --format and its help follow from that.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "whatif/facts_source.hpp"
#include "whatif/readers/format.hpp"

namespace postern::whatif {

struct ReaderEntry {
  Format format{};
  std::string_view name;   // what --format calls it: "exim"
  std::string_view reads;  // a phrase for its help: "Exim's main log"

  // The evidence by which its inputs are recognised; null: it has none of that kind.
  bool (*head_looks_like)(std::string_view start) = nullptr;  // the first bytes show the form of the whole
  bool (*line_looks_like)(std::string_view line) = nullptr;   // one of many lines is of that form

  // Null: what it reads is no stream of bytes (facts.db).
  std::unique_ptr<FactsSource> (*make)(SourceSettings settings, ReceptionSink& sink) = nullptr;
};

template <class Reader>
std::unique_ptr<FactsSource> make_reader(SourceSettings settings, ReceptionSink& sink) {
  return std::make_unique<Reader>(std::move(settings), sink);
}

}  // namespace postern::whatif

#include "whatif/facts_source.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::whatif {

void SourceStats::skip(std::string_view line, std::string_view why) {
  ++skipped;
  if (examples.size() < examples_kept) examples.push_back(std::string(why) + ": " + printable(line, 160));
}

void SourceStats::note(std::string text) {
  if (std::find(notes.begin(), notes.end(), text) == notes.end()) notes.push_back(std::move(text));
}

}  // namespace postern::whatif

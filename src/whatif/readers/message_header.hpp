// The header section of a message as bytes: gathered from a file, and told from what is none.
#pragma once

#include <string>
#include <string_view>

namespace postern::whatif {

// "Name: body" (RFC 5322 section 2.2), whatever the case of its letters.
bool is_header_field(std::string_view line);

// Whether these first bytes of a file are those of one message. Apple Mail's .emlx begins with a line that
// counts its octets.
bool looks_like_message(std::string_view start);

// A header section without what may stand before it: a byte order mark, Apple Mail's count of octets.
std::string_view header_section_of(std::string_view text);

// Gathers bytes until the empty line, or until there are too many.
class HeaderGatherer {
 public:
  bool feed(std::string_view bytes);  // whether the header section is complete
  std::string take();
  bool complete() const { return complete_; }

 private:
  std::string text_;
  bool complete_ = false;
};

}  // namespace postern::whatif

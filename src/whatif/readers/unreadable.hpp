// Files that are known and cannot be read, or tell nothing of TLS: what they are, and what to do instead.
#pragma once

#include <span>
#include <string_view>

namespace postern::whatif {

struct Unreadable {
  std::string_view what;          // "rspamd's log"
  std::string_view why;           // a sentence
  std::string_view reader = {};   // there may be a reader of this name (Format): then the row does not count
  std::string_view head = {};     // the file begins with it
  std::string_view in_head = {};  // or it stands in the first 4 KiB
  std::string_view begins = {};   // or a line begins with it,
  std::string_view has = {};      // has this
  std::string_view has_too = {};  // and this in it
  std::string_view program = {};  // or a line of a system log is of a program whose name begins so
};

std::span<Unreadable const> unreadable_inputs();

// Null: none.
Unreadable const* unreadable_head(std::string_view start);
Unreadable const* unreadable_line(std::string_view line);
Unreadable const* unreadable_program(std::string_view program);

}  // namespace postern::whatif

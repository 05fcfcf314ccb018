// Which reader an input is for, seen by its content, and the grounds for it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "whatif/readers/format.hpp"
#include "whatif/readers/line_cutter.hpp"
#include "whatif/readers/line_wrapping.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/unreadable.hpp"

namespace postern::whatif {

struct Evidence {
  std::optional<Format> format = {};  // absent: nothing that can be read
  bool by_head = false;               // the first bytes show the form of the whole; no lines were looked at
  bool given = false;                 // the format was not recognised but asked for
  std::size_t lines = 0;              // that were looked at
  std::size_t fitting = 0;            // of the form that it was taken for
  Wrapping wrapping = {};             // what stands around most of them
  LineCutter::By cut_by = LineCutter::By::lines;
  // Of the first and of the last line looked at that has a time.
  std::optional<Instant> first_time = {}, last_time = {};
  Unreadable const* unreadable = nullptr;  // what it is instead, when that is known
  std::vector<std::string> missing = {};   // what would give a better answer: sentences

  // One sentence: what it was taken for and why, or why it was not recognised.
  std::string print() const;
};

// By the first bytes of an input (256 KiB do): the first reader, in order of Format, that knows the head of
// its inputs; if there is none, the one of whose form most of the first 1,000 lines are, when what stands
// around them is taken away. Lines that only look like those of a system log count less than those of mail
// servers. `given`: the format that was asked for; what stands around its lines is still looked for.
Evidence look_at(std::string_view start, SourceSettings const& settings = {},
                 std::optional<Format> given = {});

// The format alone; absent: nothing we can read.
std::optional<Format> recognise(std::string_view start);

// The reader of an input, behind one that takes away what stands around its lines, if anything does. Null for
// Format::facts, and for what was not recognised.
std::unique_ptr<FactsSource> make_source(Evidence const& evidence, SourceSettings settings,
                                         ReceptionSink& sink);

// Whether it is a TLS report (RFC 8460 section 4.4), which tells nothing of mail in plaintext.
bool is_tls_report(std::string_view start);

}  // namespace postern::whatif

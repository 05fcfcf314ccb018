// What `postern whatif` is asked to read, found on disk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.hpp"

namespace postern::app {

struct InputPath {
  enum class Kind : std::uint8_t { file, maildir, message_files, standard_input };
  Kind kind = Kind::file;
  std::string path = {};
  std::vector<std::string> earlier = {};  // files before it that rotation has cut off, the oldest first
  bool junk = false;                      // among unwanted mail, by the name of its folder
  std::vector<std::pair<std::string, bool>> messages =
      {};                   // of a Maildir or of message files, in order of time; whether junk
  std::uint64_t bytes = 0;  // 0: not known
};

// Directories are searched: a Maildir (with cur/) is one input, with all its folders, and so are all files of
// one message each (.eml, .emlx, MH); other directories give each regular file in
// them. `problems`: a sentence for
// each path that could not be read.
std::vector<InputPath> find_inputs(std::vector<std::string> const& paths, std::vector<std::string>& problems);

bool has_message_files(InputPath const& input);  // a file for each message
bool is_regular_file(std::string const& path);   // or a link to one

// When a file was changed last; now, for standard input and where it is not known.
Instant last_change(std::string const& path);

}  // namespace postern::app

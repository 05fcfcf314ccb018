// Folders in which each message is a file of its own: Maildir, MH, and the .eml and .emlx that mail programs
// export.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/inputs/inputs.hpp"
#include "base/instant.hpp"

namespace postern::app {

// "Junk", ".Spam", "INBOX.Junk": a word of its own in the folder's name.
bool is_junk_folder(std::string_view folder);

// Files of a Maildir have names that begin with the time of delivery: "1764000001.M1P2.host:2,S". Absent:
// this is no such name.
std::optional<Instant> delivered_at(std::string_view path);

// Makes one input of all files with one message each among those that were found in the directory `root`
// (`inputs` from `first` on), and takes out the files that mail programs keep beside their mailboxes.
void gather_messages(std::string const& root, std::size_t first, std::vector<InputPath>& inputs);

}  // namespace postern::app

// One line of Haraka's log, in each of its forms: "[NOTICE] [UUID.1] [core] text", logfmt, JSON. Which plugin
// wrote it is told by its place, so that no text a client chooses can stand for another plugin's line.
// Lifetime: views into the line.
#pragma once

#include <optional>
#include <string_view>

namespace postern::whatif {

struct HarakaEntry {
  std::string_view uuid;             // of the connection; empty: none
  bool is_of_no_connection = false;  // its place holds "-"
  std::string_view plugin;           // "core", "tls", "auth/flat_file"
  std::string_view text;             // of logfmt and JSON: the whole line, with its keys
};

// `line`: what may stand before it (a time, a system log's program) is passed over. Absent: no such line.
std::optional<HarakaEntry> haraka_entry(std::string_view line);

// The value of key in `key=value` and `key="value"` outside of quotes, or of JSON's `"key":"value"` and
// `"key":value`, whose texts have their quotes escaped: no name that a client gives holds a key.
std::string_view haraka_value(std::string_view text, std::string_view key);

}  // namespace postern::whatif

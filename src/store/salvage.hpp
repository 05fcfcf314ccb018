// What can still be read of damaged segments, for the postmaster to look at and to bring back. A message
// whose envelope and content are whole was in the queue like any other, and is not among what is found; found
// is a message of which something is damaged. Changes nothing. Blocking. Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/message_id.hpp"
#include "base/result.hpp"
#include "store/file.hpp"
#include "wire/envelope.hpp"

namespace postern::store {

struct SalvagedMessage {
  MessageId id;
  std::optional<wire::Envelope> envelope;  // absent: it is damaged
  std::vector<std::string> pieces;         // of the content, those that can be read, in their order
  bool content_is_whole = false;           // as far as can be told
  std::string file;                        // the first one that it was found in

  std::string content() const;
  std::string header() const;  // its lines up to the first empty one, without that
};

struct DamagedFile {
  std::string path;
  std::uint64_t damaged_bytes = 0;  // all of it, when no record can be read
};

struct Salvage {
  std::vector<DamagedFile> files;
  std::vector<SalvagedMessage> messages;  // by id
};

// `but_for_last`: leaves out the segment that a running server writes to. The error is for people.
enum class SalvageScope : std::uint8_t { all, but_for_last };
Result<Salvage, std::string> salvage(Files& files, std::string const& directory, SalvageScope scope);

// The names of the files that a server has set aside.
std::vector<std::string> set_aside_files(Files& files, std::string const& directory);

}  // namespace postern::store

// The maildrop: the directory in which local programs leave messages (Postfix's word). Anybody on the machine
// may write there, and nobody but us may look. A file that is no message, or might lead us elsewhere (a link,
// a device), is an error; the error is for people. Blocking. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "policy/directory.hpp"
#include "wire/dropped_message.hpp"
#include "wire/envelope.hpp"

namespace postern::delivery {

struct MaildropMessage {
  wire::DroppedMessage message;
  std::uint32_t user = 0;  // who left it
};

Result<void, std::string> make_maildrop(std::string const& directory);
std::vector<std::string> list_maildrop(std::string const& directory);  // the names of complete messages

// `limit`: bytes of content, as it lies there; what is returned has passed wire::ContentIntake.
Result<MaildropMessage, std::string> read_maildrop(std::string const& path, std::uint64_t limit);

// What the queue keeps of the message: its recipients, through aliases.
wire::Envelope envelope_of(wire::DroppedMessage const& message, policy::Directory const& directory,
                           Instant now);

}  // namespace postern::delivery

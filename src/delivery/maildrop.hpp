// The maildrop: the directory in which local programs leave messages (Postfix's word). Anybody on the machine
// may write there, and nobody but us may look. A file that is no message, or might lead us elsewhere (a link,
// a device), is an error; the error is for people. Blocking. Threads: any.
//
// NAME.drop is a message that a program has left; ID.taken is one that the server has taken in hand. A file
// is renamed before its message goes to the spool: where that cannot be done, the file could not be removed
// afterwards either, and the message would be sent again and again. After a crash a taken message is sent
// once more, since nobody knows whether it has been sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/message_id.hpp"
#include "base/result.hpp"
#include "policy/directory.hpp"
#include "wire/dropped_message.hpp"
#include "wire/envelope.hpp"

namespace postern::delivery {

struct MaildropMessage {
  wire::DroppedMessage message;
  std::uint32_t user = 0;  // who left it
};

struct MaildropProblem {
  std::string why;
  bool passing = false;  // the system could not read it this time: that says nothing about the file
};

Result<void, std::string> make_maildrop(std::string const& directory);
std::vector<std::string> list_maildrop(std::string const& directory);  // the names of complete messages
bool is_taken(std::string_view name);
std::string taken_name(MessageId id);

// `limit`: bytes of content, as it lies there; what is returned has passed wire::ContentIntake.
Result<MaildropMessage, MaildropProblem> read_maildrop(std::string const& path, std::uint64_t limit);

// What the queue keeps of the message: its recipients, through aliases.
wire::Envelope envelope_of(wire::DroppedMessage const& message, policy::Directory const& directory,
                           Instant now);

}  // namespace postern::delivery

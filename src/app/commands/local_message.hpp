// From the options of `postern send` and the text on standard input to the message that goes into the
// maildrop. Pure: the user's name, the time and the directory are handed in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands/commands.hpp"
#include "app/commands/send_refusal.hpp"
#include "base/address.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"
#include "policy/directory.hpp"
#include "wire/dropped_message.hpp"

namespace postern::app {

struct LocalContext {
  std::string user = {};      // who sends
  std::string hostname = {};  // of this server
  std::string origin = {};    // the domain of addresses without one
  std::string unique = {};    // for Message-ID
  Instant now = {};
  policy::Directory const* directory = nullptr;  // null: unknown, so that nobody is refused by it
};

struct LocalEnvelope {
  std::optional<Address> sender = {};  // absent: the null sender
  std::vector<Address> recipients = {};
};

// What the command line says, before the message is read.
Result<LocalEnvelope, SendRefusal> local_envelope(SendOptions const& options, LocalContext const& context);

// The message for the recipients of the command line and, when they are asked for, those of the header. It is
// refused when none of them exists: who is told by a report otherwise may not exist either.
Result<wire::DroppedMessage, SendRefusal> local_message(LocalEnvelope envelope, SendOptions const& options,
                                                        std::string_view text, LocalContext const& context);

}  // namespace postern::app

// From an attempt to what is said to another server: the envelope and, for what leaves this house for good,
// who signs it, and under which sender it is passed on. Pure but for the keys, which it only hands on.
#pragma once

#include <memory>
#include <string>

#include "auth/signing_keys.hpp"
#include "auth/srs.hpp"
#include "base/instant.hpp"
#include "delivery/destination.hpp"
#include "dialogue/outgoing_message.hpp"
#include "policy/directory.hpp"

namespace postern::delivery {

struct SigningConfig {                                 // immutable; a reload makes a new one
  std::shared_ptr<auth::SigningKeys const> keys = {};  // null: nothing is signed
  std::shared_ptr<auth::Srs const> srs = {};           // null: forwarded mail keeps its sender
  bool seals = false;                                  // what is forwarded: by ARC
  std::shared_ptr<policy::Directory const> directory;  // which domains are ours
  std::string authserv_id;                             // our name in Authentication-Results
};

dialogue::OutgoingMessage outgoing(Attempt const& attempt);

// `message`: what outgoing() has made of the attempt. Where some of its recipients are reached through an
// alias that leads elsewhere, all of them get the message as it is forwarded: they are served by one
// transaction, and what comes back for any of them finds its way.
void prepare_to_leave(SigningConfig const& config, Attempt const& attempt, Instant now,
                      dialogue::OutgoingMessage& message);

}  // namespace postern::delivery

// One attempt to hand a message to some of its recipients, and what came of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/message_id.hpp"
#include "wire/envelope.hpp"
#include "wire/reply.hpp"

namespace postern::delivery {

enum class Ending : std::uint8_t { delivered, deferred, failed };

// Who reports a delivery to a sender that asked for it (RFC 3461 section 5.2).
enum class Relayed : std::uint8_t {
  no,         // we do: the message has arrived
  to_dsn,     // the next server does
  beyond_dsn  // the next server cannot: we report that the message was relayed
};

struct RecipientOutcome {
  std::uint32_t recipient = 0;  // index in the envelope
  Ending ending = Ending::deferred;
  wire::Reply reply;   // that decided; ours or the other side's
  std::string remote;  // who said it; empty: we ourselves
  Relayed relayed = Relayed::no;
  std::string tls;             // its version, when the mail went over it
  bool converted = false;      // to 7 bits, as the next server needed it
  std::string signed_as = {};  // the domain whose keys have signed it; empty: it left unsigned
};

struct Attempt {
  MessageId id;
  wire::Envelope envelope;                // with all recipients, or only those that are concerned
  std::vector<std::uint32_t> recipients;  // indexes in this envelope
  // Where the envelope's recipients stand in the one that the spool has; empty: in the same places.
  std::vector<std::uint32_t> spool_indexes = {};

  std::uint32_t spool_index(std::uint32_t recipient) const {
    return spool_indexes.empty() ? recipient : spool_indexes[recipient];
  }
};

// Of some of a message's recipients, which are all that `envelope` has.
Attempt attempt_for_some(MessageId id, wire::Envelope envelope, std::vector<std::uint32_t> spool_indexes);

RecipientOutcome outcome_of(std::uint32_t recipient, wire::Reply reply, std::string remote);
std::vector<RecipientOutcome> same_for_all(Attempt const& attempt, wire::Reply const& reply);
// What an attempt comes to that an exception has ended: it passes, as far as anybody knows.
wire::Reply unexpected_failure();

}  // namespace postern::delivery

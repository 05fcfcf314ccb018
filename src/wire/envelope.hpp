// The envelope of a message in the queue: who it is from, for whom, and what became of each recipient so far.
// Its bytes in the spool: docs/spool.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/instant.hpp"
#include "wire/content_traits.hpp"
#include "wire/mail_command.hpp"
#include "wire/rcpt_command.hpp"

namespace postern::wire {

enum class RecipientState : std::uint8_t { waiting, delivered, failed, deleted };
std::string_view print(RecipientState state);

struct QueuedRecipient {
  Address address;       // where it goes
  std::string original;  // the address as the client gave it, when an alias changed it
  std::string orcpt;     // RFC 3461 section 4.2, as written
  Notify notify;
  RecipientState state = RecipientState::waiting;
  std::uint32_t attempts = 0;
  Instant due{};           // not before
  std::string last_reply;  // what was said last about it; 512 bytes at most
};

struct Envelope {
  Instant arrived{};
  std::optional<Address> reverse_path;  // absent: the null sender
  std::uint64_t size = 0;               // bytes of content
  Body body = Body::seven_bit;
  Ret ret = Ret::unsaid;
  bool smtputf8 = false;
  bool requiretls = false;
  bool over_tls = false;  // how it came
  bool held = false;      // by the postmaster: not to be tried
  ContentTraits content;
  std::string envid;
  std::string route;  // where to instead of the configured way, by the postmaster; empty: as configured
  std::string flags;  // "rule; reason", a line each: what is delivered carries them as X-Postern-Flag
  std::vector<QueuedRecipient> recipients;

  std::string flag_fields(std::string_view line_end) const;  // what goes before the message; or nothing
  std::string sender() const { return reverse_path ? reverse_path->print() : std::string(); }
  bool settled() const;  // nobody waits any more
};

std::string encode(Envelope const& envelope);
std::optional<Envelope> decode_envelope(std::string_view bytes);  // absent when damaged

}  // namespace postern::wire

// The envelope of a message in the queue: who it is from, for whom, and what became of each recipient so far.
// Its bytes in the spool: docs/spool.md.
#pragma once

#include <array>
#include <cstddef>
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
  Address address;         // where it goes
  std::string original{};  // the address as the client gave it, when an alias changed it
  std::string orcpt{};     // RFC 3461 section 4.2, as written
  Notify notify{};
  RecipientState state = RecipientState::waiting;
  std::uint32_t attempts = 0;
  Instant due{};             // not before
  std::string last_reply{};  // what the server said last about it; 512 bytes at most
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
  // A user of ours, a local program or this server itself has written it: it is signed when it leaves.
  bool submitted = false;
  ContentTraits content;
  std::string envid;
  std::string route;  // where to instead of the configured way, by the postmaster; empty: as configured
  std::string flags;  // "rule; reason", one per line: what is delivered carries them as X-Postern-Flag
  std::string top;    // fields that go before the message, lines that end with LF: Authentication-Results
  std::vector<QueuedRecipient> recipients;

  std::string top_fields(std::string_view line_end) const;  // what goes before the message; or nothing
  std::string sender() const { return reverse_path ? reverse_path->print() : std::string(); }
  bool settled() const;  // no recipient waits any more
};

// The bits of an envelope's flag byte in the spool. They never change their meaning.
enum class EnvelopeFlag : std::uint8_t {
  smtputf8 = 0x01,      // the sender said SMTPUTF8 (RFC 6531)
  requiretls = 0x02,    // the sender said REQUIRETLS (RFC 8689)
  over_tls = 0x04,      // the message came over TLS
  held = 0x08,          // the postmaster holds it
  null_sender = 0x10,   // it is from nobody: there is no address in the sender's place
  tls_optional = 0x20,  // its header says "TLS-Required: No" (RFC 8689 section 3)
  header_8bit = 0x40,   // its header section is not ASCII (RFC 6532)
  content_8bit = 0x80   // some of its content is not ASCII
};

// The bits of a second byte of flags. It is written, as format 4, only where one of them is set.
enum class MoreEnvelopeFlag : std::uint8_t {
  submitted = 0x01,  // it was written here, and is signed when it leaves
  has_top = 0x02     // `top` follows
};

// The bits of a recipient's byte for NOTIFY (RFC 3461 section 4.1).
enum class NotifyFlag : std::uint8_t {
  said = 0x01,  // alone it is NEVER; without it no other bit is set
  success = 0x02,
  failure = 0x04,
  delay = 0x08
};

// Whether each of these is one bit, and none is another's.
template <class Flag, std::size_t count>
constexpr bool distinct_bits(std::array<Flag, count> const& flags) {
  unsigned seen = 0;
  for (auto const flag : flags) {
    auto const bit = static_cast<unsigned>(flag);
    if (bit == 0 || (bit & (bit - 1)) != 0 || (seen & bit) != 0) return false;
    seen |= bit;
  }
  return true;
}

constexpr std::array<EnvelopeFlag, 8> envelope_flags{EnvelopeFlag::smtputf8,    EnvelopeFlag::requiretls,
                                                     EnvelopeFlag::over_tls,    EnvelopeFlag::held,
                                                     EnvelopeFlag::null_sender, EnvelopeFlag::tls_optional,
                                                     EnvelopeFlag::header_8bit, EnvelopeFlag::content_8bit};
static_assert(distinct_bits(envelope_flags));

constexpr std::array<NotifyFlag, 4> notify_flags{NotifyFlag::said, NotifyFlag::success, NotifyFlag::failure,
                                                 NotifyFlag::delay};
static_assert(distinct_bits(notify_flags));

std::string encode(Envelope const& envelope);
std::optional<Envelope> decode_envelope(std::string_view bytes);  // absent when damaged
bool is_of_newer_format(std::string_view envelope);               // encoded by a later version than this one

// The same in parts (wire/encoded_envelope): what stands before the number of recipients, and one recipient.
std::string encode_head(Envelope const& envelope);
std::string encode_recipient(QueuedRecipient const& recipient);
std::optional<QueuedRecipient> decode_recipient(std::string_view bytes);  // absent when damaged

// How many recipients this thread has encoded and decoded so far. By this number tests measure what an
// operation costs, since time is no measure there.
std::uint64_t recipients_coded();

}  // namespace postern::wire

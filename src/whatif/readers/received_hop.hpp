// A Received field read back (RFC 5321 section 4.4), as the servers in use write it: from whom, by whom,
// when, and whether over TLS. A writer that says nothing of TLS leaves that unknown: it is not plaintext.
// Bounds: 16 KiB of a field are looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

// The program that wrote a field, where more follows from it than from the field's words alone.
enum class HopWriter : std::uint8_t {
  other,
  postfix,
  exim,
  exchange,  // its "id 15.20.…" is a version
  amavis     // a content filter, which is no border
};

struct ReceivedHop {
  std::string helo;         // what the client says of itself
  std::string client_name;  // as the writer found it; empty: unknown
  std::optional<IpAddress> client;
  std::string by;                       // lower case; empty: it does not say
  std::optional<IpAddress> by_address;  // where the writer tells its own
  std::string with;                     // "ESMTPS", upper case; empty: not said
  std::string via;                      // "FRONTEND", upper case
  std::string id;                       // of the message; empty: not said
  std::string for_recipient;
  std::string envelope_from;
  bool has_from = false;
  bool has_envelope_from = false;
  bool authenticated = false;  // the client has logged in
  HopWriter writer = HopWriter::other;
  bool has_tls_comment = false;  // not only a word behind "with"
  // Postfix says "with SMTP" of a client that greeted with HELO, even under TLS: where the writer is known to
  // write TLS comments it came in plaintext, else that is unknown.
  bool plaintext_if_writer_comments = false;
  TlsSeen tls;
  std::optional<Instant> at;
};

ReceivedHop parse_received(std::string_view field);  // its body, folded or not

}  // namespace postern::whatif

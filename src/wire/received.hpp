// The Received field that Postern writes (RFC 5321 section 4.4): it says how a message came.
#pragma once

#include <string>

#include "base/instant.hpp"
#include "base/ip_address.hpp"

namespace postern::wire {

struct ReceivedTls {
  std::string version;             // "TLSv1.3"
  std::string cipher;              // IANA's name, for the tls clause (RFC 8314 section 4.3)
  std::string group;               // "X25519"; empty when not known
  std::string client_certificate;  // a sentence for the comment: "no client certificate"
};

struct Received {
  std::string helo;           // as the client gave it
  std::string verified_name;  // forward-confirmed reverse DNS; empty: unknown
  IpAddress client;
  std::string by;        // our host name
  std::string protocol;  // "ESMTPS" (RFC 3848), "UTF8SMTPS" (RFC 6531 section 4.3)
  bool over_tls = false;
  ReceivedTls tls;
  std::string id;
  std::string for_recipient;  // the address, when there is exactly one recipient
  Instant at;
};

// Folded, lines end with CRLF; strangers' text is made harmless, and all is ASCII: an address that is not is
// left out.
std::string print(Received const& received);

// The field of a message that a program on this machine has left.
std::string print_local_received(std::string const& by, std::uint32_t user, std::string const& id,
                                 Instant at);

struct WithProtocol {
  bool extended = false;  // EHLO was said
  bool tls = false;
  bool login = false;
  bool smtputf8 = false;
};
std::string with_protocol(WithProtocol how);  // the protocol word (RFC 3848, RFC 6531 section 4.3)

}  // namespace postern::wire

// A Received field read back (RFC 5321 section 4.4), as the servers in use write it: from whom, by whom,
// when, and whether over TLS. A writer that says nothing of TLS leaves that unknown: it is not plaintext.
// Bounds: 16 KiB of a field are looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

struct ReceivedHop {
  std::string helo;         // after "from"
  std::string client_name;  // as the writer found it; empty: unknown
  std::optional<IpAddress> client;
  std::string by;    // lower case
  std::string with;  // "ESMTPS", upper case; empty: not said
  std::string id;
  std::string for_recipient;
  std::string envelope_from;
  bool has_from = false;
  bool has_envelope_from = false;
  TlsSeen tls;
  std::optional<Instant> at;
};

ReceivedHop parse_received(std::string_view field);  // its body, folded or not

}  // namespace postern::whatif

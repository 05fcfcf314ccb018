// What a message's content asks of the servers it goes to, beyond what its envelope says.
#pragma once

namespace postern::wire {

struct ContentTraits {
  bool header_8bit = false;   // RFC 6532
  bool content_8bit = false;  // anywhere
  bool tls_optional = false;  // "TLS-Required: No" (RFC 8689 section 3)
};

}  // namespace postern::wire

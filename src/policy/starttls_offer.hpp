// Whether STARTTLS stands in the answer to EHLO.
// It is withheld from a mail host whose handshakes keep failing, so that its mail comes in the clear rather
// than never. It is withheld only where that can help, because a client that insists on TLS then cannot send
// at all:
//   - never on a listener for our own users: nobody logs in there in the clear;
//   - never from a client that has used TLS here, within `tls.memory.expire`: it is able to;
//   - never from one that has ended a handshake itself since it does not trust our certificate: it is able
//   to,
//     and would not send in the clear;
//   - not for failures with certificates that have since been replaced.
// It goes by the address of the client alone, not by its network or its name.
#pragma once

#include <cstdint>

#include "base/instant.hpp"
#include "policy/facts.hpp"
#include "policy/policy.hpp"

namespace postern::policy {

enum class StarttlsOffer : std::uint8_t {
  impossible,  // on this listener, or TLS is on already
  made,
  withheld
};

StarttlsOffer starttls_offer(Policy const& policy, ConnectionFacts const& connection, Instant now);

// Whether a TLS alert says that its sender does not trust the certificate that it was shown, rather than that
// it cannot speak TLS with us (RFC 8446 section 6.2).
bool is_distrust(std::uint8_t alert);

}  // namespace postern::policy

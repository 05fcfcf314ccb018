// Who connected, as the from clause of a Received field tells. A server writes there what it knows (the
// address, the name it found for it) beside what the client says of itself (HELO, ident, log-in, sender);
// only the former is believed, whatever addresses the latter holds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"
#include "whatif/readers/received_tokens.hpp"

namespace postern::whatif {

struct ReceivedClient {
  std::optional<IpAddress> address;
  std::string name;  // as the writer found it; empty: unknown, or perhaps forged
  std::string helo;  // what the client says of itself; what stands behind "from" when that is not told
};

// `clause`: the tokens between "from" and "by". `by_exim`: the writer is known to be Exim, where an address
// in brackets comes first and all that the client says of itself behind it.
ReceivedClient client_of(std::span<ReceivedToken const> clause, bool by_exim);

}  // namespace postern::whatif

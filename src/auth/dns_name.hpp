// Domain names as strangers write them, before they are compared and asked about.
#pragma once

#include <string>
#include <string_view>

namespace postern::auth {

// Whether the DNS can be asked for it: labels of 1 to 63 octets, 253 altogether (RFC 1035 section 2.3.4), of
// printable US-ASCII. A backslash is left out, since resolvers read it as the beginning of an escape. A name
// that cannot be asked about does not exist; to ask all the same would look like a DNS that does not answer.
bool is_askable(std::string_view name);

// Lower case, A-labels (RFC 8616 section 3), without a final dot. Text that is no domain name is lowered
// only.
std::string comparable_domain(std::string_view name);

}  // namespace postern::auth

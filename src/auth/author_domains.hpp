// Whom a message names as its authors, for DMARC (RFC 7489 section 6.6.1): the domains of its From fields.
#pragma once

#include <string>
#include <vector>

#include "auth/message_digests.hpp"

namespace postern::auth {

// Each domain once, as lower-case A-labels. A field that is no list of addresses gives all that a reader may
// take for the domain of one. More than one: whose domain is to answer for it cannot be told. Bounds: the
// first three.
std::vector<std::string> author_domains(std::vector<HeaderField> const& fields);

}  // namespace postern::auth

// Whom a message names as its authors, for DMARC (RFC 7489 section 6.6.1): the domains of its From fields.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "auth/message_digests.hpp"

namespace postern::auth {

inline constexpr std::size_t most_authors = 10;

// Each domain once, as lower-case A-labels. A field that is no list of addresses gives all that a reader may
// take for the domain of one, and an empty name where none can be read. Bounds: the first `most_authors` and
// one more, which tells that there are too many.
std::vector<std::string> author_domains(std::vector<HeaderField> const& fields);

}  // namespace postern::auth

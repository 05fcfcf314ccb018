// The protocol by which Exim says that a message came: RFC 3848's words in lower case, others for TLS from
// the first octet, and those of mail that is of this host.
#pragma once

#include <string_view>

#include "whatif/reception.hpp"

namespace postern::whatif {

struct EximProtocol {
  Tristate tls = Tristate::unknown;  // unknown: no protocol is logged
  bool is_authenticated = false;
  bool is_of_this_host =
      false;  // "local-smtp", and what a filter says of mail that it hands back: "scanned-ok"
};

// " U=ident Ci=1 P=esmtps L SPF=pass" behind a host, as far as it is there, taken off the text.
EximProtocol take_exim_protocol(std::string_view& text);

}  // namespace postern::whatif

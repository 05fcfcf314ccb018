// What the words and comments of a Received field tell of TLS, by the forms that servers write.
#pragma once

#include <string_view>

#include "whatif/reception.hpp"

namespace postern::whatif {

// A comment that tells of TLS, or of its absence, or of the client's certificate, is noted in `tls`.
void read_tls_comment(std::string_view comment, TlsSeen& tls);

// RFC 3848, RFC 6531 section 4.3, and what is written beside them; in upper case.
bool is_tls_protocol(std::string_view with);

// Of SMTP without TLS, as the word behind "with"; in upper case.
bool is_plaintext_protocol(std::string_view with);

// Of "ESMTPSA", "SMTPA" and the like: the client has logged in (RFC 3848).
bool is_authenticated_protocol(std::string_view with);

}  // namespace postern::whatif

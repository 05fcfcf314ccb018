// The domain that one can register, by the public suffix list (publicsuffix.org; Debian's, in libpsl).
#pragma once

#include <string>
#include <string_view>

namespace postern {

// "mail.example.co.uk" gives "example.co.uk". Empty: a public suffix itself, or no domain name.
std::string registrable_domain(std::string_view name);

}  // namespace postern

// The URIs at which a domain wants reports about TLS (RFC 8460 section 3), taken apart and decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.hpp"

namespace postern::wire {

// RFC 3986 section 2.1: "%2B" is "+". Absent when a percent sign has no two hexadecimal digits behind it.
std::optional<std::string> decode_percent(std::string_view text);

// The mailbox of a mailto: URI (RFC 6068 section 2), without what stands behind "?". Absent when the URI has
// another scheme, or what it names is not one mailbox with a domain.
std::optional<Address> mailto_address(std::string_view uri);

struct HttpsPlace {
  std::string host;  // lower-case A-labels
  std::uint16_t port = 443;
};

// Whom an https: URI is posted to (RFC 3986 section 3.2). Absent when the URI has another scheme, or its host
// is not a domain name.
std::optional<HttpsPlace> https_place(std::string_view uri);

}  // namespace postern::wire

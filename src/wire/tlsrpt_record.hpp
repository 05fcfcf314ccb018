// The TXT record that says where reports about TLS go (RFC 8460 section 3). Bounds: 10 addresses.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

// "mailto:tls@example.org", "https://example.org/reports", from the TXT records of _smtp._tls.DOMAIN; absent
// when there is not exactly one record of TLSRPTv1, or it is malformed. Other schemes are left out.
std::optional<std::vector<std::string>> parse_tlsrpt_record(std::vector<std::string> const& records);

}  // namespace postern::wire

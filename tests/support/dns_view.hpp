// Puts answers of a DNS that does not exist into a view.
#pragma once

#include <string>
#include <string_view>

#include "auth/dns_view.hpp"

namespace postern::tests {

// The data of a TXT record: strings of at most 255 octets (RFC 1035 section 3.3.14).
inline std::string txt_data(std::string_view text) {
  std::string out;
  do {
    auto const part = text.substr(0, 255);
    out += static_cast<char>(part.size());
    out += part;
    text.remove_prefix(part.size());
  } while (!text.empty());
  return out;
}

inline void put_txt(auth::DnsView& dns, std::string name, std::string_view text) {
  dns.put({std::move(name), wire::DnsType::txt},
          {.status = auth::DnsReply::Status::found, .records = {txt_data(text)}});
}

}  // namespace postern::tests

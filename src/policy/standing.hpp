// What a recipient address is to this server.
#pragma once

#include <cstdint>
#include <string_view>

namespace postern::policy {

enum class Standing : std::uint8_t {
  mailbox,     // delivered here
  alias,       // stands for others
  postmaster,  // RFC 5321 section 4.5.1: always taken
  unknown,     // in a domain of ours, but nobody
  elsewhere    // in no domain of ours: only for those we relay for
};

std::string_view print(Standing standing);

}  // namespace postern::policy
